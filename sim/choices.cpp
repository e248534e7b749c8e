// The words of choices, and sources that answer from data: recorded lists and bytes.
#include "twinloop/choices.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

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
  // Lenient: (kind, label, occurrence) -> record. Picks are looked up by their option, whenever it is on offer.
  std::map<std::tuple<choice_kind, std::uint64_t, std::uint32_t>, const choice_record*> by_question;
  std::map<std::uint64_t, bool> wanted_options;  // option identity -> used
};

replay_source::replay_source(std::vector<choice_record> records, matching how) : state_(std::make_unique<state>()) {
  state_->records = std::move(records);
  state_->how = how;
  if (how == matching::strict) return;
  for (const choice_record& each : state_->records) {
    if (each.value == 0) continue;
    if (each.option != 0) {
      state_->wanted_options[each.option] = false;
    } else {
      state_->by_question[{each.kind, each.label, each.occurrence}] = &each;
    }
  }
}

replay_source::~replay_source() = default;

bool replay_source::wants_options() const { return state_->how == matching::lenient; }

std::uint32_t replay_source::answer(const question& asked) {
  state& s = *state_;
  if (s.how == matching::lenient) {
    if (!asked.options.empty()) {
      for (std::uint32_t i = 1; i < asked.options.size(); ++i) {
        const auto found = s.wanted_options.find(asked.options[i].identity);
        if (found == s.wanted_options.end() || found->second) continue;
        found->second = true;
        return i;
      }
      return 0;
    }
    const auto found = s.by_question.find({asked.kind, asked.label, asked.occurrence});
    return found == s.by_question.end() ? 0 : std::min(found->second->value, asked.n - 1);
  }
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

byte_streams split_bytes(std::span<const std::byte> input) noexcept {
  if (input.size() < 2) return {};
  const std::size_t claimed = static_cast<std::size_t>(input[0]) | static_cast<std::size_t>(input[1]) << 8;
  const std::size_t length = std::min(claimed, input.size() - 2);
  return {input.subspan(2, length), input.subspan(2 + length)};
}

std::vector<std::byte> join_bytes(const byte_streams& parts) {
  const std::size_t length = std::min<std::size_t>(parts.schedule.size(), 65535);
  std::vector<std::byte> input = {static_cast<std::byte>(length), static_cast<std::byte>(length >> 8)};
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
