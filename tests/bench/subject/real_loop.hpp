// A loop on the real kernel.
#pragma once

#include "subject/sockets.hpp"
#include "twinloop/loop.hpp"
#include "twinloop/real.hpp"

namespace bench::subject {

/// A kernel and its loop. Workloads that end the process keep it static, so that nothing is torn down in their time.
class real_loop {
 public:
  explicit real_loop(twinloop::real::kernel_options options = {})
      : kernel_(twinloop::real::make_kernel(options)), loop_(*kernel_) {}
  twinloop::loop& operator*() { return loop_; }
  twinloop::loop* operator->() { return &loop_; }

  /// Runs for ever: a listener that nobody connects to keeps the loop alive while all else waits for another thread.
  void run_forever() {
    twinloop::accept_op idle;
    idle.handle = open_listener(loop_, twinloop::address::loopback(0));
    idle.on_complete = [](twinloop::op&, const twinloop::completion& done) { require(done.error, "accept"); };
    loop_.submit(idle);
    loop_.run();
  }

 private:
  twinloop::real::kernel_pointer kernel_;
  twinloop::loop loop_;
};

}  // namespace bench::subject
