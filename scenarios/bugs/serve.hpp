// Starts a class as a process: made from its loop and what the story shares, then the loop runs.
//
//   start_daemon<blog_server>(host, "blog", shared);      // class blog_server { blog_server(loop&, blog& shared); };
#ifndef TWINLOOP_SCENARIOS_BUGS_SERVE_HPP
#define TWINLOOP_SCENARIOS_BUGS_SERVE_HPP

#include "twinloop/sim.hpp"

namespace bugs {

/// A process that the run waits for: it ends when its loop has nothing left to do.
template <class Program, class Shared>
twinloop::sim::process& start_program(twinloop::sim::host& on, const char* name, Shared& shared,
                                      twinloop::sim::process_options options = {}) {
  auto main = [&shared](twinloop::loop& loop, twinloop::arguments) {
    Program running(loop, shared);
    loop.run();
    return 0;
  };
  return on.start(name, main, {}, options);
}

/// A process that may still wait for something when the run ends.
template <class Program, class Shared>
twinloop::sim::process& start_daemon(twinloop::sim::host& on, const char* name, Shared& shared) {
  return start_program<Program>(on, name, shared, {.daemon = true});
}

}  // namespace bugs

#endif
