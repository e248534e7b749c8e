// Enumerates runs with one and with two deviations.
#include "scenarios/bugs/bench/optimum.hpp"

#include <vector>

namespace bugs::bench {
namespace {

namespace sim = twinloop::sim;

/// The `at`-th question of a run has another answer than the natural one.
struct deviation {
  std::size_t at = 0;
  std::uint32_t value = 0;
};

/// Deviates where it is told, and remembers how many answers each question had.
class planned final : public sim::choice_source {
 public:
  planned(std::vector<deviation> plan, std::uint32_t kinds) : plan_(std::move(plan)), kinds_(kinds) {}
  std::uint32_t answer(const sim::question& asked) override {
    const bool searched = (kinds_ >> static_cast<unsigned>(asked.kind) & 1u) != 0;
    const std::size_t at = answers_.size();
    answers_.push_back(searched ? asked.n : 1);
    for (const deviation& each : plan_) {
      if (each.at == at) return each.value;
    }
    return 0;
  }
  const std::vector<std::uint32_t>& answers() const { return answers_; }

 private:
  std::vector<deviation> plan_;
  std::uint32_t kinds_;
  std::vector<std::uint32_t> answers_;  // how many there are to each question; 1 where none may be tried
};

class enumeration {
 public:
  enumeration(const std::function<bool(sim::choice_source&)>& shows, std::uint32_t kinds, std::uint64_t runs_max)
      : shows_(shows), kinds_(kinds), runs_max_(runs_max) {}

  optimum find() {
    if (tried({})) return found(0);
    const std::vector<std::uint32_t> natural = last_;
    std::vector<std::pair<deviation, std::vector<std::uint32_t>>> singles;
    for (std::size_t at = 0; at < natural.size(); ++at) {
      for (std::uint32_t value = 1; value < natural[at]; ++value) {
        if (tried({{at, value}})) return found(1);
        singles.push_back({{at, value}, last_});
      }
    }
    done_.at_least = 2;
    for (const auto& [first, answers] : singles) {
      for (std::size_t at = first.at + 1; at < answers.size(); ++at) {
        for (std::uint32_t value = 1; value < answers[at]; ++value) {
          if (done_.runs >= runs_max_) return done_;
          if (tried({first, {at, value}})) return found(2);
        }
      }
    }
    done_.at_least = 3;
    return done_;
  }

 private:
  bool tried(std::vector<deviation> plan) {
    ++done_.runs;
    planned source(std::move(plan), kinds_);
    const bool shown = shows_(source);
    last_ = source.answers();
    return shown;
  }
  optimum found(std::uint32_t deviations) {
    done_.deviations = deviations;
    done_.at_least = deviations;
    return done_;
  }

  const std::function<bool(sim::choice_source&)>& shows_;
  std::uint32_t kinds_;
  std::uint64_t runs_max_;
  std::vector<std::uint32_t> last_;
  optimum done_;
};

}  // namespace

optimum find_optimum(const std::function<bool(sim::choice_source&)>& shows, std::uint32_t kinds,
                     std::uint64_t runs_max) {
  return enumeration(shows, kinds, runs_max).find();
}

}  // namespace bugs::bench
