// Many timers in one block of memory: handles are not movable, so a vector cannot hold them.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "twinloop/loop.hpp"

namespace bench::subject {

/// Its timers live until destroy(): on the real kernel the workloads end the process instead, so that a million
/// destructors are not measured with them.
template <class Timer>
class timer_block {
 public:
  timer_block(twinloop::loop& owner, std::size_t count, twinloop::intrusive_timer::handler on_fire)
      : timers_(std::allocator<Timer>().allocate(count)) {
    for (std::size_t i = 0; i < count; ++i) ::new (static_cast<void*>(timers_ + i)) Timer(owner, on_fire);
  }
  void destroy(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) timers_[i].~Timer();
    std::allocator<Timer>().deallocate(timers_, count);
  }
  Timer& operator[](std::size_t index) { return timers_[index]; }

 private:
  Timer* timers_;
};

}  // namespace bench::subject
