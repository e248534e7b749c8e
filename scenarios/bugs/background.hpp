// One-shot timers and pool jobs that nobody has to keep: what "setTimeout" and "run this on a thread" are elsewhere.
//
//   background later(loop);
//   later.after(5ms, [&] { retry(); }, "retry");
//   later.on_pool("hash", [&](job&) { ... }, [&] { ... back on the loop ... });
//
// Lifetime: must live until the loop has nothing left to do (or is unwound with it).
#ifndef TWINLOOP_SCENARIOS_BUGS_BACKGROUND_HPP
#define TWINLOOP_SCENARIOS_BUGS_BACKGROUND_HPP

#include <functional>
#include <list>

#include "twinloop/work.hpp"

namespace bugs {

class background {
 public:
  explicit background(twinloop::loop& loop) : loop_(loop) {}
  void after(twinloop::duration delay, std::function<void()> callback, twinloop::label name = "delay");
  void on_pool(twinloop::label name, std::function<void(twinloop::job&)> work, std::function<void()> done);

 private:
  struct delay {
    delay(twinloop::loop& loop, twinloop::label name);
    std::function<void()> callback;
    bool free = false;
    twinloop::timer timer;
  };
  struct call {
    call(twinloop::loop& loop, twinloop::label name) : handle(loop, name) {}
    std::function<void(twinloop::job&)> work;
    std::function<void()> done;
    bool free = false;
    twinloop::work_handle handle;
  };
  twinloop::loop& loop_;
  std::list<delay> delays_;
  std::list<call> calls_;
};

}  // namespace bugs

#endif
