// The stories of the `kv` binary: the server as it should be, and each of its buggy twins.
#include <array>
#include <string>
#include <vector>

#include "scenarios/kv/check.hpp"
#include "scenarios/kv/history.hpp"
#include "scenarios/kv/options.hpp"
#include "scenarios/kv/scenarios.hpp"
#include "twinloop/testing.hpp"

namespace {

using twinloop::sim::bit;
using twinloop::sim::choice_kind;
using twinloop::testing::configuration;
using twinloop::testing::declared_settings;
using twinloop::testing::scenario;
using twinloop::testing::setting;

// All requests may be about one key, which the auditor reads too. More clients than these overlap so much that
// explaining what they saw can take minutes.
constexpr std::uint64_t clients_max = 3;
constexpr std::uint64_t requests_max = 20;
static_assert(clients_max * requests_max < kv::operations_max);

std::uint32_t count_of(const configuration& settings, const char* name) {
  return static_cast<std::uint32_t>(twinloop::testing::number_of(settings, name));
}

void run_kv(twinloop::sim::world& world, const configuration& settings) {
  kv::story_settings story;
  story.bug = settings.at("bug");
  story.clients = count_of(settings, "clients");
  story.requests = count_of(settings, "requests");
  story.pipeline = count_of(settings, "pipeline");
  story.compact_at = count_of(settings, "compact_at");
  story.crash = count_of(settings, "crash") != 0;
  story.crash_anywhere = count_of(settings, "crash_anywhere") != 0;
  story.expiry = count_of(settings, "expiry") != 0;
  kv::run_story(world, story);
}

declared_settings defaults(const char* bug, bool crash, bool expiry, bool crash_anywhere = false) {
  std::vector<std::string> bugs{""};
  for (const kv::bug_description& each : kv::all_bugs()) bugs.emplace_back(each.name);
  const kv::story_settings story;
  return {{"bug", setting::one_of(bug, std::move(bugs))},
          {"clients", setting::number(story.clients, 1, clients_max)},
          {"requests", setting::number(story.requests, 1, requests_max)},
          {"pipeline", setting::number(story.pipeline, 1, requests_max)},
          {"compact_at", setting::number(story.compact_at, 0, 1'000'000'000)},
          {"crash", setting::flag(crash)},
          {"expiry", setting::flag(expiry)},
          {"crash_anywhere", setting::flag(crash_anywhere)}};
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
