// Small helpers of the workloads on intrusive operations, on any kernel.
#pragma once

#include <unistd.h>

#include <cstdio>

#include "twinloop/result.hpp"

namespace bench::subject {

/// Ends the process unless `outcome` is errc::ok.
inline void require(twinloop::errc outcome, const char* what) {
  if (outcome == twinloop::errc::ok) return;
  std::fprintf(stderr, "%s: %s\n", what, twinloop::message(outcome));
  _exit(1);
}

/// An operation that knows whose it is.
template <class Operation, class Owner>
struct owned : Operation {
  Owner* owner = nullptr;
};

}  // namespace bench::subject
