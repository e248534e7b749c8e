// The stack of a wrapped call.
#include "sim/testing/wrapped_call.hpp"

#include <unwind.h>

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

bool call_stack::in_signal_handler() {
  bool found = false;
  ::_Unwind_Backtrace(
      [](_Unwind_Context* frame, void* into) {
        int interrupted = 0;
        (void)::_Unwind_GetIPInfo(frame, &interrupted);
        if (interrupted != 0) *static_cast<bool*>(into) = true;
        return interrupted != 0 ? _URC_END_OF_STACK : _URC_NO_REASON;
      },
      &found);
  return found;
}

std::string call_stack::place() const { return program_line({frames_.data(), count_}); }

}  // namespace twinloop::testing
