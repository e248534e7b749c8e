// The stories of the `kv` binary: the server as it should be, and each of its buggy twins.
#include <array>
#include <string>

#include "scenarios/kv/check.hpp"
#include "scenarios/kv/options.hpp"
#include "scenarios/kv/scenarios.hpp"
#include "twinloop/testing.hpp"

namespace {

using twinloop::sim::bit;
using twinloop::sim::choice_kind;
using twinloop::testing::configuration;
using twinloop::testing::scenario;

std::uint32_t number(const configuration& settings, const char* name, std::uint32_t fallback) {
  auto found = settings.find(name);
  std::int64_t value = 0;
  bool good = found != settings.end() && kv::parse_integer(found->second, value) && value >= 0 && value <= 1'000'000;
  return good ? static_cast<std::uint32_t>(value) : fallback;
}

void run_kv(twinloop::sim::world& world, const configuration& settings) {
  kv::story_settings story;
  auto bug = settings.find("bug");
  if (bug != settings.end()) story.bug = bug->second;
  story.clients = number(settings, "clients", story.clients);
  story.requests = number(settings, "requests", story.requests);
  story.pipeline = number(settings, "pipeline", story.pipeline);
  story.compact_at = number(settings, "compact_at", story.compact_at);
  story.crash = number(settings, "crash", 1) != 0;
  story.crash_anywhere = number(settings, "crash_anywhere", 0) != 0;
  story.expiry = number(settings, "expiry", 0) != 0;
  kv::run_story(world, story);
}

const char* flag(bool on) { return on ? "1" : "0"; }

configuration defaults(const char* bug, bool crash, bool expiry, bool crash_anywhere = false) {
  return {{"bug", bug},
          {"clients", "2"},
          {"requests", "5"},
          {"pipeline", "2"},
          {"compact_at", "120"},
          {"crash", flag(crash)},
          {"expiry", flag(expiry)},
          {"crash_anywhere", flag(crash_anywhere)}};
}

/// A twin, named after its bug, with the story that can show it.
scenario twin(const char* name, std::size_t bug, bool crash, bool expiry) {
  const kv::bug_description& described = kv::all_bugs()[bug];
  std::uint32_t kinds = bit(choice_kind::user) | bit(choice_kind::disk_fault);
  return {name, described.summary, run_kv, kinds, true, defaults(described.name, crash, expiry)};
}

}  // namespace

std::span<const scenario> kv::scenarios() {
  const std::uint32_t kinds = bit(choice_kind::user) | bit(choice_kind::disk_fault);
  const std::uint32_t crashes = kinds | bit(choice_kind::crash);
  static const std::array<scenario, 11> all{{
      {"kv", "the server keeps its promises, also when it crashes", run_kv, kinds, false, defaults("", true, false)},
      {"kv-crashes", "the same, crashing anywhere", run_kv, crashes, false, defaults("", false, true, true)},
      {"kv-expiry", "the same with keys that expire", run_kv, kinds, false, defaults("", true, true)},
      twin("kv-ack_before_sync", 0, true, false),
      twin("kv-ack_wrong_batch", 1, true, false),
      twin("kv-segment_not_durable", 2, true, false),
      twin("kv-snapshot_not_synced", 3, true, false),
      twin("kv-snapshot_forgets_tail", 4, true, false),
      twin("kv-recovery_trusts_cache", 5, true, false),
      twin("kv-expiry_deletes_newer", 6, false, true),
      twin("kv-reply_overtakes", 7, false, false),
  }};
  return all;
}
