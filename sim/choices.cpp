// The words of choices, and sources that answer from data: recorded lists and bytes.
#include "twinloop/choices.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "twinloop/assert.hpp"

namespace twinloop::sim {
namespace {
constexpr std::array<const char*, choice_kinds> kind_names = {
    "pick",    "batch",    "defer",       "pool_start",  "pool_run",  "pool_done",  "timer_late",
    "latency", "short_io", "cancel_race", "close_defer", "net_fault", "disk_fault", "exhaust",
    "crash",   "clock",    "dns",         "signal",      "user"};
}  // namespace

const char* name(choice_kind kind) noexcept {
  const auto index = static_cast<std::size_t>(kind);
  return index < choice_kinds ? kind_names[index] : "unknown";
}

std::size_t parse_choice_kind(std::string_view text) noexcept {
  const auto found = std::find(kind_names.begin(), kind_names.end(), text);
  return static_cast<std::size_t>(found - kind_names.begin());
}

std::uint32_t bit(choice_kind kind) noexcept { return 1u << static_cast<unsigned>(kind); }

struct replay_source::state {
  std::vector<choice_record> records;
  matching how = matching::strict;
  std::size_t next = 0;
  bool diverged = false;
  divergence first{};
  // Lenient: (kind, label, occurrence) -> index of the record.
  std::map<std::tuple<choice_kind, std::uint64_t, std::uint32_t>, std::size_t> by_question;
  std::map<std::uint64_t, std::size_t> missed;  // options that were not on offer at their place -> index
  std::vector<bool> followed;                   // by index
  std::uint32_t follow(std::size_t index, std::uint32_t value) {
    followed[index] = value != 0;
    return value;
  }
  std::uint32_t answer_leniently(const question& asked);
  std::uint32_t pick_leniently(const question& asked);
};

replay_source::replay_source(std::vector<choice_record> records, matching how) : state_(std::make_unique<state>()) {
  state_->records = std::move(records);
  state_->how = how;
  if (how == matching::strict) return;
  state_->followed.resize(state_->records.size());
  for (std::size_t index = 0; index < state_->records.size(); ++index) {
    const choice_record& each = state_->records[index];
    if (each.value != 0) state_->by_question[{each.kind, each.label, each.occurrence}] = index;
  }
}

replay_source::~replay_source() = default;

bool replay_source::wants_options() const { return state_->how == matching::lenient; }

std::uint32_t replay_source::answer(const question& asked) {
  state& s = *state_;
  if (s.how == matching::lenient) return s.answer_leniently(asked);
  if (s.diverged || s.next == s.records.size()) {
    if (!s.diverged) {
      s.diverged = true;
      s.first = {s.next, choice_record{}, asked};
      s.first.asked.options = {};
    }
    return 0;
  }
  const choice_record& expected = s.records[s.next];
  if (expected.kind != asked.kind || expected.label != asked.label || expected.occurrence != asked.occurrence ||
      expected.n != asked.n) {
    s.diverged = true;
    s.first = {s.next, expected, asked};
    s.first.asked.options = {};
    return 0;
  }
  ++s.next;
  return expected.value;
}

const replay_source::divergence* replay_source::first_divergence() const {
  return state_->diverged ? &state_->first : nullptr;
}

std::uint32_t replay_source::state::answer_leniently(const question& asked) {
  if (!asked.options.empty()) return pick_leniently(asked);
  const auto found = by_question.find({asked.kind, asked.label, asked.occurrence});
  if (found == by_question.end()) return 0;
  return follow(found->second, std::min(records[found->second].value, asked.n - 1));
}

/// The option that the record of this very question took; if it is not on offer here, it is taken as soon as it is. A
/// record that names no option means the one with its number.
/// So the answers of an unchanged program are met exactly, and those of a changed one as nearly as it allows.
std::uint32_t replay_source::state::pick_leniently(const question& asked) {
  const auto& options = asked.options;
  const auto meant = by_question.find({asked.kind, asked.label, asked.occurrence});
  if (meant != by_question.end()) {
    const choice_record& made = records[meant->second];
    const std::uint64_t wanted = made.option;
    if (wanted == 0) return follow(meant->second, std::min(made.value, asked.n - 1));
    for (std::uint32_t i = 0; i < options.size(); ++i) {
      if (options[i].identity == wanted) return follow(meant->second, i);
    }
    missed.emplace(wanted, meant->second);
  }
  if (missed.empty()) return 0;
  for (std::uint32_t i = 0; i < options.size(); ++i) {
    const auto found = missed.find(options[i].identity);
    if (found == missed.end()) continue;
    const std::size_t index = found->second;
    missed.erase(found);
    return follow(index, i);
  }
  return 0;
}

bool replay_source::followed(std::size_t index) const {
  TWINLOOP_ASSERT(index < state_->followed.size());
  return state_->followed[index];
}

byte_streams split_bytes(std::span<const std::byte> input) noexcept {
  if (input.size() < 2) return {};
  const std::size_t claimed = static_cast<std::size_t>(input[0]) | static_cast<std::size_t>(input[1]) << 8;
  const std::size_t length = std::min(claimed, input.size() - 2);
  return {input.subspan(2, length), input.subspan(2 + length)};
}

std::vector<std::byte> join_bytes(const byte_streams& parts) {
  const std::size_t length = std::min<std::size_t>(parts.schedule.size(), 65535);
  std::vector<std::byte> input;
  input.reserve(2 + length + parts.data.size());
  input.push_back(static_cast<std::byte>(length));
  input.push_back(static_cast<std::byte>(length >> 8));
  input.insert(input.end(), parts.schedule.begin(), parts.schedule.begin() + static_cast<std::ptrdiff_t>(length));
  input.insert(input.end(), parts.data.begin(), parts.data.end());
  return input;
}

std::uint32_t byte_source::answer(const question& asked) {
  const bool drawn = asked.kind == choice_kind::user && !one_stream_;
  std::span<const std::byte>& from = drawn ? parts_.data : parts_.schedule;
  const std::size_t width = bytes_of_answer(asked.n);
  if (from.size() < width) {
    from = {};
    return 0;
  }
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value |= static_cast<std::uint32_t>(from[i]) << (8 * i);
  from = from.subspan(width);
  return value % asked.n;
}

}  // namespace twinloop::sim
