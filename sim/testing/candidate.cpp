// A candidate of the shrinker, and the source that follows it.
#include "sim/testing/candidate.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <set>

namespace twinloop::testing {
namespace {

std::array<std::uint64_t, 5> essence(const instruction& what) {
  const auto how = static_cast<std::uint64_t>(what.how);
  if (what.how == instruction::form::order) return {how, what.held.identity, what.until.identity, 0, 0};
  const sim::choice_record& made = what.record;
  if (what.how == instruction::form::eager) return {how, made.option, 0, 0, 0};
  return {how | (static_cast<std::uint64_t>(made.kind) << 8), made.label, made.occurrence, made.value, made.option};
}

template <class PickForm>
candidate translate(std::span<const sim::choice_record> choices, const PickForm& add_pick) {
  candidate made;
  for (std::size_t index = 0; index < choices.size(); ++index) {
    const sim::choice_record& each = choices[index];
    if (each.value == 0) continue;
    if (each.option == 0 || !add_pick(made, index, each)) made.push_back({instruction::form::answer, each, {}, {}});
  }
  return made;
}

}  // namespace

bool instruction::operator==(const instruction& other) const { return essence(*this) == essence(other); }

std::uint64_t fingerprint(const candidate& tried) {
  std::uint64_t hash = 0;
  for (const instruction& each : tried) {
    const auto bytes = essence(each);
    hash = XXH3_64bits_withSeed(bytes.data(), sizeof bytes, hash);
  }
  return hash;
}

candidate as_answers(std::span<const sim::choice_record> choices) {
  return translate(choices, [](candidate&, std::size_t, const sim::choice_record&) { return false; });
}

candidate as_eager(std::span<const sim::choice_record> choices) {
  return translate(choices, [](candidate& made, std::size_t, const sim::choice_record& pick) {
    made.push_back({instruction::form::eager, pick, {}, {}});
    return true;
  });
}

candidate as_orders(std::span<const sim::choice_record> choices, std::span<const overtaking> overtakings,
                    bool all_pairs) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> known;
  return translate(choices, [&](candidate& made, std::size_t index, const sim::choice_record&) {
    const auto found = std::lower_bound(overtakings.begin(), overtakings.end(), index,
                                        [](const overtaking& each, std::size_t at) { return each.index < at; });
    if (found == overtakings.end() || found->index != index) return false;
    for (const sim::choice_option& held : found->overtaken) {
      if (known.emplace(held.identity, found->taken.identity).second) {
        made.push_back({instruction::form::order, {}, held, found->taken});
      }
      if (!all_pairs) break;
    }
    return true;
  });
}

candidate_source::candidate_source(const candidate& follows) {
  for (const instruction& each : follows) {
    const sim::choice_record& made = each.record;
    switch (each.how) {
      case instruction::form::answer:
        answers_[{made.kind, made.label, made.occurrence}] = made;
        break;
      case instruction::form::eager:
        eager_[made.option] = true;
        break;
      case instruction::form::order:
        orders_.push_back({each.held.identity, each.until.identity, false, false});
        break;
    }
    needs_options_ = needs_options_ || each.how != instruction::form::answer || made.option != 0;
  }
}

std::uint32_t candidate_source::answer(const sim::question& asked) {
  if (!asked.options.empty()) return pick(asked);
  const auto found = answers_.find({asked.kind, asked.label, asked.occurrence});
  return found == answers_.end() ? 0 : std::min(found->second.value, asked.n - 1);
}

std::uint32_t candidate_source::pick(const sim::question& asked) {
  update_orders(asked);
  const auto& options = asked.options;
  const auto meant = answers_.find({asked.kind, asked.label, asked.occurrence});
  if (meant != answers_.end()) {
    for (std::uint32_t i = 0; i < options.size(); ++i) {
      if (options[i].identity == meant->second.option) return i;
    }
    eager_[meant->second.option] = true;  // the run is another one here: at the next occasion, then
  }
  for (std::uint32_t i = 0; i < options.size() && !eager_.empty(); ++i) {
    const auto wanted = eager_.find(options[i].identity);
    if (wanted == eager_.end() || !wanted->second) continue;
    wanted->second = false;
    return i;
  }
  for (std::uint32_t i = 0; i < options.size(); ++i) {
    if (!is_held(options[i])) return i;
  }
  return 0;  // all that could go on is held: the natural one goes
}

/// An option that was on offer and is no longer has run, be it picked or delivered along with another.
void candidate_source::update_orders(const sim::question& asked) {
  for (order_state& order : orders_) {
    if (order.over) continue;
    const bool offered = std::any_of(asked.options.begin(), asked.options.end(),
                                     [&](const sim::choice_option& option) { return option.identity == order.until; });
    order.over = order.seen && !offered;
    order.seen = order.seen || offered;
  }
}

bool candidate_source::is_held(const sim::choice_option& option) const {
  return std::any_of(orders_.begin(), orders_.end(),
                     [&](const order_state& order) { return !order.over && order.held == option.identity; });
}

}  // namespace twinloop::testing
