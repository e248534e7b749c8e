// Contract checks that stay on in every build.
//
//   TWINLOOP_ASSERT(state == op_state::idle);
//
// A failed check is a bug in the program or in twinloop, never an expected outcome (those are errc values). It
// prints the expression and where it stands, then calls the handler of this thread. Without a handler it aborts. In
// simulation the world installs a handler that throws `assertion_failed`, so that the run ends with a replay line.
// Thread: the handler belongs to the calling thread; set it from the thread whose checks it should catch.
#ifndef TWINLOOP_ASSERT_HPP
#define TWINLOOP_ASSERT_HPP

namespace twinloop {

/// What failed: the text of the expression and the place of the check. The pointers are string literals.
struct assertion {
  const char* expression;
  const char* file;
  int line;
};

/// Called for a failed check of this thread. It may throw; when it returns, the program aborts.
using assertion_handler = void (*)(const assertion&);

/// Installs a handler for the calling thread and gives back the one before it; nullptr restores "print and abort".
assertion_handler set_assertion_handler(assertion_handler) noexcept;

/// The cold half of TWINLOOP_ASSERT; never returns normally.
[[noreturn]] void assertion_failure(const assertion&);

}  // namespace twinloop

#define TWINLOOP_ASSERT(expression)                     \
  (static_cast<bool>(expression) ? static_cast<void>(0) \
                                 : ::twinloop::assertion_failure({#expression, __FILE__, __LINE__}))

#endif
