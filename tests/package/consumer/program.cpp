#include "program.hpp"

#include <twinloop/work.hpp>

int count_to_three(twinloop::loop& loop, twinloop::arguments) {
  using namespace std::chrono_literals;
  int count = 0;
  twinloop::work_handle work(loop);
  twinloop::timer timer(loop, [&] {
    if (++count == 3) timer.stop();
  });
  timer.start(1ms, 1ms);
  work.start([](twinloop::job& job) { job.yield(); }, [](twinloop::errc) {});
  loop.run();
  return count == 3 ? 0 : 1;
}
