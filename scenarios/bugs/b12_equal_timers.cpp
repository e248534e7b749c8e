// B12. An operation that takes time T runs under a timeout of T. Both are timers with the same due time, and of such
// the one that was started first fires first; which one that is depends on which of two callbacks ran first. Callers
// assume that the operation wins. The natural order shows the bug: the timeout is started first. The fix lets an
// operation that is due finish before it is called late. Origin: bluebird #1417, pull request #1449. The rate counts
// the runs in which the timeout wins.
#include <deque>

#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"
#include "twinloop/file.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B12.operation_wins_over_its_timeout";
constexpr auto takes = 1ms;

struct story {
  sim::world& world;
  const dials& dial;
};

/// One operation under a timeout. The guard starts with the first thing the operation looks up, the operation with the
/// second; both are asked for at once.
class guarded_operation {
 public:
  guarded_operation(twinloop::loop& loop, story& shared)
      : shared_(shared),
        guard_files_(loop, "guard's lookup"),
        files_(loop, "operation's lookup"),
        timeout_(
            loop, [this] { timed_out(); }, "timeout"),
        operation_(
            loop, [this] { finish(); }, "operation") {
    guard_files_.status("/", [this](twinloop::result<twinloop::file_status>) { timeout_.start(takes); });
    files_.status("/", [this](twinloop::result<twinloop::file_status>) { operation_.start(takes); });
  }

 private:
  void timed_out() {
    const bool due = operation_.armed() && operation_.due() <= timeout_.due();
    if (due && !shared_.dial.buggy) return finish();
    shared_.world.check(!due, oracle, "an operation that was done in time is reported as timed out");
    operation_.stop();
  }
  void finish() {
    operation_.stop();
    timeout_.stop();
  }

  story& shared_;
  twinloop::file_system guard_files_;
  twinloop::file_system files_;
  twinloop::timer timeout_;
  twinloop::timer operation_;
};

class program {
 public:
  program(twinloop::loop& loop, story& shared) : noise_(loop, shared.dial) {
    for (std::uint32_t i = 0; i < shared.dial.clients; ++i) operations_.emplace_back(loop, shared);
  }

 private:
  noise noise_;
  std::deque<guarded_operation> operations_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  start_program<program>(world.add_host("host"), "program", shared);
  world.run();
}

}  // namespace

extern const row b12;
const row b12{.id = "B12",
              .fixed_id = "B12.fixed",
              .name = "an operation and its timeout are due at the same time",
              .origin = "bluebird #1417, #1449",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>,
              .clients = 1,
              .fails_naturally = true};

}  // namespace bugs
