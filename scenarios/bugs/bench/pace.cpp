// Turns of a few dozen runs: long beside what reading the clock costs, short beside what the machine does in between.
#include "scenarios/bugs/bench/pace.hpp"

#include <algorithm>
#include <ctime>
#include <vector>

#include "twinloop/assert.hpp"

namespace bugs::bench {
namespace {

using answer_list = std::vector<std::uint32_t>;

constexpr std::uint64_t turn = 25;  // runs

/// As cheap as a source can be.
class list_source final : public twinloop::sim::choice_source {
 public:
  explicit list_source(const answer_list& answers) : answers_(answers) {}
  std::uint32_t answer(const twinloop::sim::question&) override { return at_ < answers_.size() ? answers_[at_++] : 0; }

 private:
  const answer_list& answers_;
  std::size_t at_ = 0;
};

double processor_seconds(const std::function<void()>& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

pace measure_pace(const pace_request& asked) {
  pace made;
  for (std::uint64_t done = 0; done < asked.schedules;) {
    const std::uint64_t first = asked.first + done;
    const std::uint64_t runs = std::min(turn, asked.schedules - done);
    std::vector<answer_list> lists(runs);
    for (std::uint64_t i = 0; i < runs; ++i) {
      for (const auto& each : asked.run(*asked.source(first + i))) lists[i].push_back(each.value);
    }
    std::uint64_t decisions = 0, listed_decisions = 0;
    made.seconds += processor_seconds([&] {
      for (std::uint64_t i = 0; i < runs; ++i) decisions += asked.run(*asked.source(first + i)).size();
    });
    made.listed_seconds += processor_seconds([&] {
      for (const answer_list& each : lists) {
        list_source answers(each);
        listed_decisions += asked.run(answers).size();
      }
    });
    // The same answers make the same runs: what is compared is nothing but the strategy.
    TWINLOOP_ASSERT(decisions == listed_decisions);
    made.decisions += decisions;
    done += runs;
  }
  made.schedules = asked.schedules;
  return made;
}

}  // namespace bugs::bench
