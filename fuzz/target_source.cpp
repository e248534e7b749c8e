// The source of a fuzzed run.
#include "fuzz/target_source.hpp"

#include <algorithm>

namespace twinloop::fuzz {
namespace {

using sim::choice_kind;

constexpr std::uint32_t budget = 3;  // a run, for each kind that has one: more, and a correct program gives up, too

/// Things that go wrong out of nowhere, and lateness that makes every time-out fire. What a crash keeps of a file (a
/// disk_fault of three answers) is no fault of its own.
bool has_budget(const sim::question& asked) {
  switch (asked.kind) {
    case choice_kind::disk_fault:
      return asked.n != 3;
    case choice_kind::net_fault:
    case choice_kind::exhaust:
    case choice_kind::crash:
    case choice_kind::clock:
    case choice_kind::dns:
    case choice_kind::signal:
    case choice_kind::timer_late:
      return true;
    default:
      return false;
  }
}

void append(std::vector<std::byte>& bytes, std::uint32_t n, std::uint32_t value) {
  for (std::size_t i = 0; i < sim::bytes_of_answer(n); ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

}  // namespace

target_source::target_source(std::span<const std::byte> input, std::uint32_t kinds, order_coverage* coverage)
    : bytes_(sim::split_bytes(input)),
      kinds_(kinds),
      coverage_(coverage),
      scheduled_(!bytes_.rest().schedule.empty()) {}

bool target_source::over_budget(const sim::question& asked) const {
  return has_budget(asked) && used_[static_cast<std::size_t>(asked.kind)] >= budget;
}

std::uint32_t target_source::answer(const sim::question& asked) {
  const bool drawn = asked.kind == choice_kind::user;
  if (!drawn && (kinds_ & sim::bit(asked.kind)) == 0) return 0;
  // Searches deliver one completion at a time, so that what it causes can overtake the next, and so that code is
  // counted for the event that reached it; here, too, unless there is no schedule at all: an empty input is the natural
  // run.
  if (asked.kind == choice_kind::batch) return scheduled_ ? 1 : 0;
  if (over_budget(asked)) return 0;
  const std::size_t width = sim::bytes_of_answer(asked.n);
  const bool left = (drawn ? bytes_.rest().data : bytes_.rest().schedule).size() >= width;
  const std::uint32_t value = bytes_.answer(asked);
  if (left) {
    std::vector<std::uint32_t>& bounds = drawn ? trace_.data : trace_.schedule;
    bounds.insert(bounds.end(), width, asked.n);
  } else {
    (drawn ? trace_.data_wanted : trace_.schedule_wanted) = true;
  }
  used_[static_cast<std::size_t>(asked.kind)] += value != 0;
  if (!drawn && coverage_ != nullptr) count(asked, width, value);
  if (drawn && coverage_ != nullptr) coverage_->drawn(asked.label, value);
  return value;
}

void target_source::count(const sim::question& asked, std::size_t width, std::uint32_t value) {
  next_.answers += static_cast<std::uint32_t>(width);
  (asks_which(asked.kind) ? next_.other_picks : next_.amounts) += value != 0;
  asked_.insert(asked_.end(), width, {asked.n, asked.kind});
}

std::vector<std::byte> encode(std::span<const sim::choice_record> choices) {
  std::vector<std::byte> schedule;
  std::vector<std::byte> data;
  std::array<std::uint32_t, sim::choice_kinds> used{};
  for (const sim::choice_record& made : choices) {
    if (made.kind == choice_kind::batch) continue;
    const sim::question asked{made.kind, made.label, made.occurrence, made.n, {}};
    std::uint32_t& count = used[static_cast<std::size_t>(made.kind)];
    if (has_budget(asked) && count >= budget) continue;
    count += made.value != 0;
    append(made.kind == choice_kind::user ? data : schedule, made.n, made.value);
  }
  return sim::join_bytes({schedule, data});
}

}  // namespace twinloop::fuzz
