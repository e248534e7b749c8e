// Memory that runs have leaked, where the program is built with LeakSanitizer.
#ifndef TWINLOOP_SIM_TESTING_MEMORY_CHECK_HPP
#define TWINLOOP_SIM_TESTING_MEMORY_CHECK_HPP

namespace twinloop::testing {

/// Whether leaks can be looked for here at all.
bool can_check_memory();
/// Looks for memory that nothing points to any more; true if there is some, with a report on standard error. Slow:
/// milliseconds. Not while fibers are suspended, whose stacks it does not see.
bool memory_leaked();

}  // namespace twinloop::testing

#endif
