// B24. Three production lines report to a controller: a line works on the next of its 30 pieces when the controller has
// noted the last. A mistake in the controller's table of states leads it into a dead end after one sequence of 45
// reports out of about 3^45, and after no other. This is the control of the benchmark: no blind search finds it, a
// search that hears how far it came (needle.hpp) does. In the fixed twin the table has no such path.
// Origin: benchmark B2 of ConFuzz.
#include <array>
#include <deque>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/needle.hpp"
#include "scenarios/bugs/noise.hpp"
#include "twinloop/work.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B24.controller_goes_on";
constexpr std::uint32_t lines = 3;
constexpr std::uint32_t pieces_of_line = 30;

/// Drawn once, at random, with at most 30 of each line; it begins unlike the natural order 0, 1, 2.
constexpr std::array<std::uint8_t, 45> path{2, 1, 2, 0, 0, 0, 0, 0, 2, 2, 0, 2, 0, 2, 1, 2, 0, 1, 1, 2, 2, 0, 0,
                                            2, 0, 1, 2, 1, 2, 1, 1, 0, 2, 1, 2, 0, 2, 1, 1, 0, 2, 2, 1, 2, 0};

class controller {
 public:
  using listener = std::function<void(std::uint32_t)>;
  controller(twinloop::loop& loop, sim::world& world, const dials& dial, const listener& on_match)
      : world_(world), buggy_(dial.buggy), on_match_(on_match), noise_(loop, dial) {
    for (const char* name : {"line 0", "line 1", "line 2"}) lines_.emplace_back(loop, name);
    for (std::uint32_t line = 0; line < lines; ++line) work(line);
  }

 private:
  void work(std::uint32_t line) {
    if (finished_[line] == pieces_of_line) return;
    lines_[line].start([](twinloop::job&) {},
                       [this, line](twinloop::errc) {
                         ++finished_[line];
                         note(static_cast<std::uint8_t>(line));
                         work(line);
                       });
  }

  void note(std::uint8_t line) {
    if (state_ < path.size() && path[state_] == line) {
      ++state_;
      if (on_match_) on_match_(state_);
    } else {
      state_ = UINT32_MAX;  // any other state: all of them go on
    }
    world_.check(!buggy_ || state_ != path.size(), oracle, "the controller has reached its dead end");
  }

  sim::world& world_;
  bool buggy_;
  const listener& on_match_;
  std::uint32_t state_ = 0;
  std::array<std::uint32_t, lines> finished_{};
  noise noise_;
  std::deque<twinloop::work_handle> lines_;
};

void run(sim::world& world, const dials& dial) { run_needle(world, dial, {}); }

}  // namespace

std::span<const std::uint8_t> needle_path() { return path; }

void run_needle(sim::world& world, const dials& dial, const std::function<void(std::uint32_t matched)>& on_match) {
  auto program = [&world, &dial, &on_match](twinloop::loop& loop, twinloop::arguments) {
    controller running(loop, world, dial, on_match);
    loop.run();
    return 0;
  };
  world.add_host("plant").start("controller", program);
  world.run();
}

extern const row b24;
const row b24{.id = "B24",
              .fixed_id = "B24.fixed",
              .name = "one sequence of 45 steps leads into a dead end",
              .origin = "ConFuzz B2",
              .oracle = oracle,
              .depth = 44,
              .body = body_of<run>,
              .clients = lines,
              .control = true};

}  // namespace bugs
