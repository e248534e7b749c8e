// Searches and exhaustive enumeration run in one world; shrinking goes through worker processes, as it does for users.
#include "scenarios/bugs/bench/shrinking.hpp"

#include <fmt/format.h>

#include <chrono>

#include "scenarios/bugs/rows.hpp"

namespace bugs::bench {
namespace {

using wall = std::chrono::steady_clock;

}  // namespace

shrinking_row shrinking::measure(const row& of) {
  figures_ = {};
  figures_.of = &of;
  optima_.clear();
  what_ = twinloop::testing::make_subject(make_scenario(of, true), options_.settings);
  if (of.fails_naturally) return std::move(figures_);
  for (const std::string& name : options_.contenders) {
    for (std::uint64_t seed = options_.first_seed; seed < options_.first_seed + options_.seeds; ++seed) {
      on_progress_(fmt::format("{} {}", of.id, name));
      if (search(name, seed)) {
        shrink_it(name, seed);
      } else {
        ++figures_.not_found[name];
      }
    }
  }
  return std::move(figures_);
}

bool shrinking::shows(twinloop::sim::choice_source& source, std::uint64_t seed) {
  last_ = twinloop::testing::run_in(world_, {&what_, &source, seed, 0, nullptr, false});
  return last_.broke.name == figures_.of->oracle;
}

bool shrinking::search(const std::string& name, std::uint64_t seed) {
  const auto until =
      wall::now() + std::chrono::duration_cast<wall::duration>(std::chrono::duration<double>(options_.seconds));
  const contender by(name, seed, what_.kinds, [&](twinloop::sim::choice_source& source) {
    (void)shows(source, seed);
    return last_.ended == twinloop::sim::outcome::clean;
  });
  for (std::uint64_t run = 0; run < options_.schedules && wall::now() < until; ++run) {
    const auto source = by.source(run);
    if (shows(*source, seed)) return true;
  }
  return false;
}

void shrinking::shrink_it(const std::string& name, std::uint64_t seed) {
  const auto made = world_.choices();
  shrunk one;
  if (const auto problem = shrink_found({&what_, name, seed, {made.begin(), made.end()}, last_}, one)) {
    ++figures_.not_shrunk[*problem];
    return;
  }
  one.best = optimum_of(seed);
  figures_.failures.push_back(one);
}

const optimum& shrinking::optimum_of(std::uint64_t seed) {
  const auto known = optima_.find(seed);
  if (known != optima_.end()) return known->second;
  const auto show = [&](twinloop::sim::choice_source& source) { return shows(source, seed); };
  return optima_.emplace(seed, find_optimum(show, what_.kinds, enumerated_max)).first->second;
}

}  // namespace bugs::bench
