// State that belongs to one process of a program, where a global variable would be wrong.
//
//   twinloop::process_local<statistics> counters;      // at namespace scope
//   counters(loop).requests += 1;
//
// On the real kernel there is one process, and this is a global with a loop in front. In simulation a global would
// survive a simulated crash and be shared by all hosts; a process_local starts afresh with each process.
// The object is made at first use, and destroyed with its loop, last made first. Thread: the loop's.
#ifndef TWINLOOP_PROCESS_LOCAL_HPP
#define TWINLOOP_PROCESS_LOCAL_HPP

#include "twinloop/loop.hpp"

namespace twinloop {

template <class Value>
class process_local {
 public:
  process_local() = default;
  process_local(const process_local&) = delete;
  process_local& operator=(const process_local&) = delete;

  Value& operator()(loop& owner) {
    if (void* found = owner.find_local(this)) return *static_cast<Value*>(found);
    auto made = std::make_unique<Value>();
    owner.add_local(this, made.get(), [](void* object) { delete static_cast<Value*>(object); });
    return *made.release();
  }
};

}  // namespace twinloop

#endif
