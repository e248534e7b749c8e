// Which sanitizer the tests were built with: some failures are told by another voice then.
#ifndef TWINLOOP_TESTS_UNIT_SANITIZERS_HPP
#define TWINLOOP_TESTS_UNIT_SANITIZERS_HPP

#include "loop/race_checks.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define TWINLOOP_TESTS_WITH_ASAN true
#elif defined(__has_feature)
#define TWINLOOP_TESTS_WITH_ASAN __has_feature(address_sanitizer)
#else
#define TWINLOOP_TESTS_WITH_ASAN false
#endif

inline constexpr bool with_address_sanitizer = TWINLOOP_TESTS_WITH_ASAN;
inline constexpr bool with_thread_sanitizer = twinloop::race_checks::on;

/// What a write through a null pointer is called.
inline constexpr const char* segfault_name = with_address_sanitizer  ? "crash.AddressSanitizer.SEGV"
                                             : with_thread_sanitizer ? "crash.ThreadSanitizer.SEGV"
                                                                     : "crash.SIGSEGV";

#endif
