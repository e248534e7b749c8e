// Wrappers of what goes around the loop (twinloop/outside.hpp): each does what it always does, and fails the run of a
// simulated program that calls it.
#include <pthread.h>
#include <sys/random.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>

#include "loop/race_checks.hpp"
#include "sim/testing/wrapped_call.hpp"
#include "twinloop/outside.hpp"

namespace {

using twinloop::sim::outside;

__attribute__((noinline)) void caught(outside source, const char* function) {
  const twinloop::race_checks::gate scope;
  if (twinloop::testing::call_stack::in_signal_handler()) return;
  twinloop::sim::report_outside(source, function, twinloop::testing::call_stack::here().place());
}

}  // namespace

#define TWINLOOP_WATCH(source, function) \
  if (twinloop::sim::watches(outside::source)) caught(outside::source, function)

TWINLOOP_WRAPPED(int, clock_gettime, clockid_t which, timespec* into) {
  TWINLOOP_WATCH(clock, "clock_gettime");
  return __real_clock_gettime(which, into);
}
TWINLOOP_WRAPPED(int, gettimeofday, timeval* into, void* zone) {
  TWINLOOP_WATCH(clock, "gettimeofday");
  return __real_gettimeofday(into, zone);
}
TWINLOOP_WRAPPED(std::time_t, time, std::time_t* into) {
  TWINLOOP_WATCH(clock, "time");
  return __real_time(into);
}
TWINLOOP_WRAPPED(std::clock_t, clock) {
  TWINLOOP_WATCH(clock, "clock");
  return __real_clock();
}
TWINLOOP_WRAPPED(int, timespec_get, timespec* into, int base) {
  TWINLOOP_WATCH(clock, "timespec_get");
  return __real_timespec_get(into, base);
}
#ifdef __GLIBCXX__  // functions of libstdc++ by their mangled names
/// As a time_point is returned: a structure of one integer.
struct ticks {
  std::int64_t count;
};
TWINLOOP_WRAPPED(ticks, _ZNSt6chrono3_V212steady_clock3nowEv) {
  TWINLOOP_WATCH(clock, "std::chrono::steady_clock::now");
  return __real__ZNSt6chrono3_V212steady_clock3nowEv();
}
TWINLOOP_WRAPPED(ticks, _ZNSt6chrono3_V212system_clock3nowEv) {
  TWINLOOP_WATCH(clock, "std::chrono::system_clock::now");
  return __real__ZNSt6chrono3_V212system_clock3nowEv();
}
TWINLOOP_WRAPPED(unsigned, _ZNSt13random_device9_M_getvalEv, void* self) {
  TWINLOOP_WATCH(random, "std::random_device");
  return __real__ZNSt13random_device9_M_getvalEv(self);
}
/// std::thread and std::async; a unique_ptr is passed as its address.
TWINLOOP_WRAPPED(void, _ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE,
                 void* self, void* state, void (*needs)()) {
  TWINLOOP_WATCH(thread, "std::thread");
  __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(self, state, needs);
}
#endif

TWINLOOP_WRAPPED(unsigned, sleep, unsigned seconds) {
  TWINLOOP_WATCH(sleep, "sleep");
  return __real_sleep(seconds);
}
TWINLOOP_WRAPPED(int, usleep, useconds_t microseconds) {
  TWINLOOP_WATCH(sleep, "usleep");
  return __real_usleep(microseconds);
}
TWINLOOP_WRAPPED(int, nanosleep, const timespec* how_long, timespec* left) {
  TWINLOOP_WATCH(sleep, "nanosleep");
  return __real_nanosleep(how_long, left);
}
TWINLOOP_WRAPPED(int, clock_nanosleep, clockid_t which, int flags, const timespec* how_long, timespec* left) {
  TWINLOOP_WATCH(sleep, "clock_nanosleep");
  return __real_clock_nanosleep(which, flags, how_long, left);
}

TWINLOOP_WRAPPED(ssize_t, getrandom, void* into, size_t size, unsigned flags) {
  TWINLOOP_WATCH(random, "getrandom");
  return __real_getrandom(into, size, flags);
}
TWINLOOP_WRAPPED(int, getentropy, void* into, size_t size) {
  TWINLOOP_WATCH(random, "getentropy");
  return __real_getentropy(into, size);
}
TWINLOOP_WRAPPED(int, rand) {  // its state outlives the run
  TWINLOOP_WATCH(random, "rand");
  return __real_rand();
}
TWINLOOP_WRAPPED(long, random) {
  TWINLOOP_WATCH(random, "random");
  return __real_random();
}

TWINLOOP_WRAPPED(int, pthread_create, pthread_t* made, const pthread_attr_t* how, void* (*run)(void*), void* argument) {
  TWINLOOP_WATCH(thread, "pthread_create");
  return __real_pthread_create(made, how, run, argument);
}

TWINLOOP_WRAPPED(char*, getenv, const char* variable) {
  TWINLOOP_WATCH(environment, "getenv");
  return __real_getenv(variable);
}
TWINLOOP_WRAPPED(char*, secure_getenv, const char* variable) {
  TWINLOOP_WATCH(environment, "secure_getenv");
  return __real_secure_getenv(variable);
}
