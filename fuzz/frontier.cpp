// Where a search goes on.
#include "fuzz/frontier.hpp"

#include <algorithm>
#include <tuple>

namespace twinloop::fuzz {
namespace {

constexpr std::size_t beginnings_max = 4096;
constexpr std::uint32_t ending_max = 16;
constexpr std::uint32_t revised_max = 24;  // how far back an answer is drawn anew
constexpr std::uint32_t guessed_n = 3;     // of a question that nobody knows
constexpr std::size_t header_bytes = 2;
constexpr std::size_t schedule_bytes_max = 65535;

using stream = std::vector<std::byte>;

std::byte below(std::uint32_t n, sim::random_stream& random) {
  return static_cast<std::byte>(random.below(std::min(n, 256u)));
}

/// One of the last answers anew, or one that deviates taken back, wherever it stands.
void revise(stream& schedule, sim::random_stream& random) {
  if (schedule.empty()) return;
  const auto size = static_cast<std::uint32_t>(schedule.size());
  if (random.one_in(2)) {
    schedule[size - 1 - random.below(std::min(size, revised_max))] = below(256, random);
    return;
  }
  const auto deviates = [](std::byte answer) { return answer != std::byte{0}; };
  const auto from = schedule.begin() + static_cast<std::ptrdiff_t>(random.below(size));
  auto found = std::find_if(from, schedule.end(), deviates);
  if (found == schedule.end()) found = std::find_if(schedule.begin(), from, deviates);
  if (found != schedule.end()) *found = std::byte{0};
}

/// A few more answers. `asked` is what another run with this beginning was asked, so a guess that gets worse with each
/// answer that differs.
void extend(stream& schedule, std::span<const asked_byte> asked, sim::random_stream& random) {
  for (std::uint32_t left = 1 + random.below(1 + random.below(ending_max)); left > 0; --left) {
    const std::size_t at = schedule.size();
    if (random.one_in(12)) {
      schedule.push_back(below(256, random));
    } else if (at >= asked.size()) {
      schedule.push_back(below(guessed_n, random));
    } else {
      schedule.push_back(asks_which(asked[at].kind) ? below(asked[at].n, random) : std::byte{0});
    }
  }
}

}  // namespace

frontier::beginning* frontier::place_for(const milestone& met) {
  const auto known = positions_.find(met.reaction);
  if (known == positions_.end()) {
    if (beginnings_.size() == beginnings_max) return nullptr;
    positions_.emplace(met.reaction, beginnings_.size());
    return &beginnings_.emplace_back();
  }
  beginning& best = beginnings_[known->second];
  const auto cost = [](const milestone& m) { return std::tuple(m.amounts, m.other_picks); };
  if (cost(met) > cost(best.where)) return nullptr;
  if (cost(met) < cost(best.where)) {
    best.tries = 0;  // from here it may go on where it did not from the old one
  } else if (met.answers > best.where.answers) {
    return nullptr;
  }
  return &best;
}

void frontier::reached(std::span<const std::byte> input, std::span<const milestone> milestones,
                       std::span<const asked_byte> asked) {
  const sim::byte_streams parts = sim::split_bytes(input);
  // Without a schedule completions come all at once: no beginning of a schedule leads there.
  if (parts.schedule.empty()) return;
  std::shared_ptr<const run> shared;
  for (const milestone& met : milestones) {
    beginning* const place = place_for(met);
    if (place == nullptr) continue;
    if (!shared) {
      shared = std::make_shared<const run>(run{{parts.schedule.begin(), parts.schedule.end()},
                                               {parts.data.begin(), parts.data.end()},
                                               {asked.begin(), asked.end()}});
    }
    place->of = shared;  // of two that are alike the later: the neighbourhood changes
    place->where = met;
  }
}

frontier::beginning& frontier::choose(sim::random_stream& random) {
  // What was reached last may lead further at once. If it does not, the least tried of all is as good.
  if (random.one_in(2)) {
    std::size_t back = 1;
    while (back < beginnings_.size() && !random.one_in(4)) ++back;
    return beginnings_[beginnings_.size() - back];
  }
  if (random.one_in(4)) return beginnings_[random.below(static_cast<std::uint32_t>(beginnings_.size()))];
  const auto less = [](const beginning& a, const beginning& b) { return a.tries < b.tries; };
  return *std::min_element(beginnings_.rbegin(), beginnings_.rend(), less);
}

std::vector<std::byte> frontier::go_on(std::size_t size_max, sim::random_stream& random) {
  if (beginnings_.empty()) return {};
  beginning& from = choose(random);
  ++from.tries;
  const std::size_t room = std::min(size_max > header_bytes ? size_max - header_bytes : 0, schedule_bytes_max);
  stream schedule(from.of->schedule);
  schedule.resize(std::min<std::size_t>(from.where.answers, room));  // what the input did not have was natural
  if (random.one_in(4)) revise(schedule, random);
  extend(schedule, from.of->asked, random);
  schedule.resize(std::min(schedule.size(), room));
  stream data(from.of->data);
  data.resize(std::min(data.size(), room - schedule.size()));
  stream input = sim::join_bytes({schedule, data});
  input.resize(std::min(input.size(), size_max));
  return input;
}

}  // namespace twinloop::fuzz
