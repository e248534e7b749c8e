// How sure an explanation is.
#include "sim/testing/confidence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint64_t replays = 5;
constexpr std::uint64_t random_runs = 20;
constexpr std::uint64_t random_runs_of_a_stall = 3;  // each costs its whole patience
constexpr std::size_t left_out_at_most = 20;

void replay(experiments& lab, const observation& failing, confidence& sure) {
  for (; sure.replays < replays; ++sure.replays) {
    sim::replay_source source(failing.result.choices, sim::replay_source::matching::strict);
    const observation again = lab.run(&source);
    if (lab.shows(again) && again.result.hash == failing.result.hash) ++sure.identical;
  }
}

void leave_out_each(experiments& lab, const candidate& deviations, confidence& sure) {
  for (std::size_t index = 0; index < std::min(deviations.size(), left_out_at_most); ++index) {
    candidate others = deviations;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(index));
    const observation seen = lab.follow(others);
    sure.without.push_back(experiments::outcome(seen));
    if (lab.shows(seen)) ++sure.needless;
  }
}

void surround_with_chance(experiments& lab, const candidate& deviations, bool stalls, confidence& sure) {
  const std::uint64_t runs = stalls ? random_runs_of_a_stall : random_runs;
  for (; sure.random < runs; ++sure.random) {
    if (lab.shows(lab.follow_at_random(deviations, sure.random))) ++sure.fail_with;
    if (lab.shows(lab.follow_at_random({}, sure.random))) ++sure.fail_without;
  }
}

}  // namespace

confidence test_explanation(experiments& lab, const observation& failing) {
  confidence sure;
  const candidate deviations = as_answers(failing.result.choices);
  replay(lab, failing, sure);
  leave_out_each(lab, deviations, sure);
  if (!deviations.empty()) {
    surround_with_chance(lab, deviations, failing.result.broke.name == "stalled", sure);
  }
  return sure;
}

std::string confidence_text(const confidence& sure) {
  std::string text = fmt::format("{} of {} end in the same failure with the same trace hash", sure.identical,
                                 plural(sure.replays, "replay"));
  if (sure.without.empty()) return text + "\n";
  text += sure.needless == 0 ? fmt::format("; without {} it does not fail so\n",
                                           sure.without.size() == 1 ? "the choice" : "any one of the choices")
                             : fmt::format("; {} of the choices can be left out one at a time\n", sure.needless);
  text +=
      fmt::format("all other choices at random: {} of {} fail so with {}, {} of {} without\n", sure.fail_with,
                  plural(sure.random, "run"), sure.without.size() == 1 ? "it" : "them", sure.fail_without, sure.random);
  return text;
}

}  // namespace twinloop::testing
