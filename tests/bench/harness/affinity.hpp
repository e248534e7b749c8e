// Which CPU the two sides of a benchmark run on: BENCH_CPUS="first,second" (default "1,0"), or none with BENCH_NOPIN.
#pragma once

#include <pthread.h>
#include <sched.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace bench {

struct cpu_pair {
  int first = 1;
  int second = 0;
};

inline cpu_pair cpus() {
  cpu_pair chosen;
  if (const char* text = std::getenv("BENCH_CPUS")) std::sscanf(text, "%d,%d", &chosen.first, &chosen.second);
  return chosen;
}

inline void set_affinity(const cpu_set_t& allowed) {
  if (std::getenv("BENCH_NOPIN") != nullptr) return;
  pthread_setaffinity_np(pthread_self(), sizeof allowed, &allowed);
}

/// Binds the calling thread to the CPU of side 0 or 1.
inline void pin(int side) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  CPU_SET(static_cast<std::size_t>(side == 0 ? cpus().first : cpus().second), &allowed);
  set_affinity(allowed);
}

/// Lets the calling thread use both.
inline void pin_to_both() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  CPU_SET(static_cast<std::size_t>(cpus().first), &allowed);
  CPU_SET(static_cast<std::size_t>(cpus().second), &allowed);
  set_affinity(allowed);
}

}  // namespace bench
