// Memory that runs have leaked.
#include "sim/testing/memory_check.hpp"

// Of sanitizer/lsan_interface.h; there only in programs that are built with the sanitizer.
extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));

namespace twinloop::testing {

bool can_check_memory() { return &__lsan_do_recoverable_leak_check != nullptr; }

bool memory_leaked() { return can_check_memory() && __lsan_do_recoverable_leak_check() != 0; }

}  // namespace twinloop::testing
