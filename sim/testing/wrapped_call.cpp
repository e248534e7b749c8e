// The stack of a wrapped call.
#include "sim/testing/wrapped_call.hpp"

#include "sim/testing/stack_note.hpp"
#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define TWINLOOP_HAS_BACKTRACE 1
#endif

namespace twinloop::testing {

call_stack call_stack::here() {
  call_stack taken;
#ifdef TWINLOOP_HAS_BACKTRACE
  const int count = ::backtrace(taken.frames_.data(), static_cast<int>(taken.frames_.size()));
  taken.count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
#endif
  return taken;
}

std::string call_stack::place() const { return program_line({frames_.data(), count_}); }

}  // namespace twinloop::testing
