// The real kernel: this operating system.
//
//   int main(int argc, char** argv) {
//     return twinloop::real::run_main(argc, argv, program_main);     // the same function that the simulator runs
//   }
//
// On Linux: epoll with edge triggering, and a pool of threads for files, names and work.
#ifndef TWINLOOP_REAL_HPP
#define TWINLOOP_REAL_HPP

#include <cstdint>
#include <memory>

#include "twinloop/loop.hpp"

namespace twinloop::real {

struct kernel_options {
  unsigned threads = 4;       ///< pool threads, 1..1024; started with the first job
  unsigned slow_threads = 2;  ///< how many of them name lookups may occupy, 1..threads
  std::uint32_t events_per_wait = 32;
};

struct kernel_deleter {
  void operator()(kernel* owned) const noexcept;
};
using kernel_pointer = std::unique_ptr<kernel, kernel_deleter>;

/// A kernel for one loop. Throws std::system_error when the system has no descriptors or memory left for it.
kernel_pointer make_kernel(kernel_options options = {});

/// Makes a kernel and a loop, runs `program` on them and gives back its exit status. An exception that leaves
/// `program` is printed to standard error, and the status is 70 (EX_SOFTWARE of sysexits).
int run_main(int argc, char** argv, int (*program)(loop&, arguments), kernel_options options = {});

}  // namespace twinloop::real

#endif
