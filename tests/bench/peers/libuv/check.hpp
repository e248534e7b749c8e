// Ends the program when a libuv call fails.
#pragma once

#include <unistd.h>
#include <uv.h>

#include <cstdio>

namespace bench::peer {

inline void check(int status, const char* what) {
  if (status >= 0) return;
  std::fprintf(stderr, "%s: %s\n", what, uv_strerror(status));
  _exit(1);
}

/// write=try: uv_try_write instead of uv_write with a preallocated request.
inline bool try_write = false;

}  // namespace bench::peer
