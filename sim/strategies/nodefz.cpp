// A baseline: what Node.fz (Davis, Thekumparampil, Lee, EuroSys 2017) does to libuv, with the knobs that its authors
// recommend, as far as the choices of this simulator can say it. Turns are emulated per process: what is ready when
// the turn begins is its batch. Descriptors are shuffled within their batch, one in ten waits for the next; one in
// four times the timers are late, all that are due together; one in twenty closes is put off, and with it all later
// ones of that turn; a free thread takes one of the first five queued jobs. Transfers, latencies and the order between
// processes, which Node.fz cannot touch, stay natural.
#include <algorithm>

#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

constexpr std::uint32_t descriptors_put_off_one_in = 10;
constexpr std::uint32_t timers_late_one_in = 4;
constexpr std::uint32_t closes_put_off_one_in = 20;
constexpr std::uint32_t pool_window = 5;

class nodefz_source final : public searching_source {
 public:
  using searching_source::searching_source;

 private:
  struct turn {
    std::uint64_t process = 0;
    std::vector<std::uint64_t> batch;  // identities, in shuffled order; the last goes first
  };

  turn& turn_of(std::uint64_t process) {
    for (turn& each : turns_) {
      if (each.process == process) return each;
    }
    return turns_.emplace_back(turn{process, {}});
  }

  static std::uint32_t find(const question& asked, std::uint64_t identity) {
    std::uint32_t i = 0;
    while (i < asked.n && asked.options[i].identity != identity) ++i;
    return i;
  }

  void begin(turn& now, const question& asked) {
    closes_wait_ = false;
    for (const choice_option& option : asked.options) {
      if (option.process != now.process || picks_.one_in(descriptors_put_off_one_in)) continue;
      now.batch.insert(now.batch.begin() + picks_.below(static_cast<std::uint32_t>(now.batch.size()) + 1),
                       option.identity);
    }
    if (now.batch.empty()) now.batch.push_back(asked.options[0].identity);  // all of them put off: nothing else to do
  }

  /// The natural order says whose turn goes on.
  std::uint32_t pick(const question& asked) override {
    turn& now = turn_of(asked.options[0].process);
    for (;;) {
      if (now.batch.empty()) begin(now, asked);
      const std::uint32_t found = find(asked, now.batch.back());
      now.batch.pop_back();
      left_of_turn_ = now.batch.size();
      if (found < asked.n) return found;  // else it went without a question, or was cancelled
    }
  }

  std::uint32_t hold(const question& asked) override {
    if (asked.kind != choice_kind::close_defer) return 0;  // put off when the batch is made
    closes_wait_ = closes_wait_ || picks_.one_in(closes_put_off_one_in);
    if (!closes_wait_) return 0;
    std::uint32_t exponent = 1;  // until about as many others were delivered as the turn still has
    while ((std::size_t{1} << exponent) - 1 <= left_of_turn_ && exponent + 1 < std::min(asked.n, holds_by_count)) {
      ++exponent;
    }
    return exponent;
  }

  std::uint32_t start(const question& asked) override { return value(asked); }
  std::uint32_t value(const question& asked) override {
    switch (asked.kind) {
      case choice_kind::timer_late:
        return values_.one_in(timers_late_one_in) ? 1 : 0;
      case choice_kind::pool_start:
        return values_.below(std::min(asked.n, pool_window));
      default:
        return 0;
    }
  }

  std::vector<turn> turns_;       // by process, in order of their first
  std::size_t left_of_turn_ = 0;  // of the turn under way, whosever it is
  bool closes_wait_ = false;      // one close of it was put off
};

}  // namespace

std::unique_ptr<search_source> make_nodefz(const search_plan& plan) { return std::make_unique<nodefz_source>(plan); }

}  // namespace twinloop::sim
