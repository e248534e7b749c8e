// Calls of the system's libraries that the linker leads through functions of ours: ld's --wrap makes f of every object
// and static library __wrap_f, and calls the real one __real_f. The list stands in CMakeLists.txt beside this file.
//
// Wrappers run in every thread and before main, also when a sanitizer's own start calls them: nothing in them is
// instrumented until a simulated program is known to run.
#ifndef TWINLOOP_SIM_TESTING_WRAPPED_CALL_HPP
#define TWINLOOP_SIM_TESTING_WRAPPED_CALL_HPP

#include <string>

/// Declares __real_FUNCTION and begins the definition of __wrap_FUNCTION.
#define TWINLOOP_WRAPPED(returned, function, ...)     \
  extern "C" returned __real_##function(__VA_ARGS__); \
  extern "C" returned __wrap_##function(__VA_ARGS__); \
  extern "C" __attribute__((no_sanitize("thread", "address", "undefined"))) returned __wrap_##function(__VA_ARGS__)

namespace twinloop::testing {

/// Where the program made a call, by its return address: "kv/server.cpp:88" of the innermost function that is no
/// library's; empty if that is not known. Looked up with addr2line, once for each address.
std::string place_of_call(const void* return_address);

}  // namespace twinloop::testing

#endif
