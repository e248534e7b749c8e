// The deviations of a run in the program's own words.
#include "sim/testing/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/testing/text.hpp"
#include "sim/testing/waits.hpp"

namespace twinloop::testing {
namespace {

class explainer {
 public:
  explainer(const observation& seen, const observation* natural)
      : seen_(seen), natural_(natural), waits_(seen, natural == nullptr ? nullptr : &natural->steps) {}

  std::string operator()(std::size_t index) const {
    const sim::choice_record& made = seen_.result.choices[index];
    const std::string who = name_of(made.label);
    // Which one of that name, where there were others before it.
    const std::string which = made.occurrence == 0 ? who : fmt::format("{} (its number {})", who, made.occurrence + 1);
    switch (made.kind) {
      case sim::choice_kind::pick:
        return pick(index, made);
      case sim::choice_kind::batch:
        return fmt::format("{} is given {} of what is ready for it, the rest later", which,
                           plural(made.value, "piece"));
      case sim::choice_kind::defer:
        return held(index, which, "completion", made.value);
      case sim::choice_kind::close_defer:
        return held(index, which, "close", made.value);
      case sim::choice_kind::pool_start:
        return fmt::format("{} starts a job that was queued after {}", which, plural(made.value, "other"));
      case sim::choice_kind::pool_run:
        return held_back(fmt::format("{}, having yielded,", which), made.value);
      case sim::choice_kind::pool_done:
        return fmt::format("{} takes longer in the pool{}{}", which, step(made), until(made.label));
      case sim::choice_kind::timer_late:
        return fmt::format("{} notices its due timers late{}{}", which, step(made), until(made.label));
      case sim::choice_kind::latency:
        return fmt::format("a packet of {} takes longer{}{}", which, step(made), until(made.label));
      case sim::choice_kind::short_io:
        return fmt::format("a transfer of {} moves less than it could{}", which, step(made));
      case sim::choice_kind::cancel_race:
        return fmt::format("{} completes although it is cancelled", which);
      case sim::choice_kind::crash:
        return crash(who, made);
      case sim::choice_kind::disk_fault:
        return fmt::format("a power failure of {} loses something that was not synced{}", which, step(made));
      case sim::choice_kind::user:
        return fmt::format("the test draws {} of {} for {}", made.value, made.n, which);
      default:
        return fault(which, made);
    }
  }

 private:
  std::string name_of(std::uint64_t hash) const {
    const auto found = seen_.result.names.find(hash);
    return found == seen_.result.names.end() || found->second.empty() ? fmt::format("#{:x}", hash) : found->second;
  }

  std::string pick(std::size_t index, const sim::choice_record& made) const {
    const auto found = std::lower_bound(seen_.overtakings.begin(), seen_.overtakings.end(), index,
                                        [](const overtaking& each, std::size_t at) { return each.index < at; });
    if (found == seen_.overtakings.end() || found->index != index) {
      return fmt::format("\"{}\" goes before {} that came earlier", name_of(made.option), plural(made.value, "other"));
    }
    const sim::choice_option& passed = found->overtaken.front();
    const auto [first, second] =
        told_apart(fmt::format("\"{}\"", name_of(found->taken.identity)), found->taken.occurrence,
                   fmt::format("\"{}\"", name_of(passed.identity)), passed.occurrence);
    std::string text = fmt::format("{} goes before {}", first, second);
    if (made.value > 1) text += fmt::format(" and {} that came earlier", plural(made.value - 1, "other"));
    return text;
  }

  std::string held(std::size_t index, const std::string& who, const char* what, std::uint32_t value) const {
    if (const auto known = seen_.held.find(index); known != seen_.held.end()) {
      if (const trace_step* const other = waits_.of_step(known->second)) {
        const auto [waiting, gone] =
            told_apart(fmt::format("\"{}\"", name_of_step(known->second)), waits_.occurrence_of(known->second),
                       fmt::format("\"{}\"", name_of_step(other->identity)), other->occurrence);
        return fmt::format("{} is held until {} has run", waiting, gone);
      }
    }
    if (value >= 8)
      return fmt::format("{}'s {} is held for {}", who, what, spell_time((value - 7) * std::int64_t{62'500'000}));
    const std::uint64_t others = (std::uint64_t{1} << std::min<std::uint32_t>(value, 63)) - 1;
    return fmt::format("{}'s {} is held until {} {} delivered", who, what, plural(others, "other"),
                       others == 1 ? "was" : "were");
  }

  /// For something that takes longer, by name: what ran in the meantime.
  std::string until(std::uint64_t label) const {
    const trace_step* const other = waits_.of_label(label);
    return other == nullptr ? std::string() : fmt::format(", until \"{}\" has run", name_of_step(other->identity));
  }

  std::string name_of_step(std::uint64_t identity) const {
    for (const observation* each : {&seen_, natural_}) {
      const auto found = each->step_names.find(identity);
      if (found != each->step_names.end()) return found->second;
    }
    return name_of(identity);
  }

  static std::string held_back(const std::string& who, std::uint32_t value) {
    const std::uint64_t others = (std::uint64_t{1} << std::min<std::uint32_t>(value, 63)) - 1;
    return fmt::format("{} waits until {} went on", who, plural(others, "other"));
  }

  static std::string crash(const std::string& who, const sim::choice_record& made) {
    return fmt::format("{} {} before its delivery number {}", made.value == 1 ? who : "the host of " + who,
                       made.value == 1 ? "crashes" : "loses power", made.occurrence + 1);
  }

  static std::string fault(const std::string& who, const sim::choice_record& made) {
    return fmt::format("{}: {}{}", who, fault_text(made.kind), step(made));
  }

  static const char* fault_text(sim::choice_kind kind) {
    switch (kind) {
      case sim::choice_kind::net_fault:
        return "the network fails";
      case sim::choice_kind::disk_fault:
        return "the disk fails, or a crash loses unsynced data";
      case sim::choice_kind::exhaust:
        return "a resource runs out";
      case sim::choice_kind::clock:
        return "the wall clock is off";
      case sim::choice_kind::dns:
        return "the name service answers otherwise";
      case sim::choice_kind::signal:
        return "a signal arrives";
      default:
        return "something else than natural happens";
    }
  }

  /// Which of several ways, where there are several.
  static std::string step(const sim::choice_record& made) {
    return made.n <= 2 ? std::string() : fmt::format(" (way {} of {})", made.value, made.n - 1);
  }

  const observation& seen_;
  const observation* natural_;
  const waits waits_;
};

}  // namespace

std::vector<std::string> explain_deviations(const observation& seen, std::size_t limit, const observation* natural) {
  std::vector<std::string> sentences;
  const explainer explain(seen, natural);
  for (std::size_t index = 0; index < seen.result.choices.size() && sentences.size() < limit; ++index) {
    if (seen.result.choices[index].value != 0) sentences.push_back(explain(index));
  }
  return sentences;
}

std::pair<std::string, std::string> told_apart(std::string name, std::uint32_t occurrence, std::string other,
                                               std::uint32_t other_occurrence) {
  if (name != other) return {std::move(name), std::move(other)};
  return {fmt::format("{} (its number {})", name, occurrence + 1),
          fmt::format("{} (its number {})", other, other_occurrence + 1)};
}

deviation_counts count_deviations(const observation& seen) {
  deviation_counts counts;
  for (const sim::choice_record& made : seen.result.choices) {
    if (made.value == 0) continue;
    switch (made.kind) {
      case sim::choice_kind::net_fault:
      case sim::choice_kind::disk_fault:
      case sim::choice_kind::exhaust:
      case sim::choice_kind::crash:
      case sim::choice_kind::clock:
      case sim::choice_kind::signal:
        ++counts.faults;
        break;
      case sim::choice_kind::user:
        ++counts.drawn;
        break;
      default:
        ++counts.others;
    }
  }
  return counts;
}

}  // namespace twinloop::testing
