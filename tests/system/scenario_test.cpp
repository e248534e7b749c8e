// Goal: the searches find every bug of the buggy twins, and nothing in the servers as they should be.
// Method: the scenario binaries as a user calls them: run, explore, replay, by exit status and what is printed.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/system/program.hpp"
#include "tests/system/scratch.hpp"

namespace system_test {
namespace {

struct twin {
  const char* program;
  const char* scenario;
  const char* broken;  // the promise
};

std::ostream& operator<<(std::ostream& out, const twin& shown) { return out << shown.scenario; }

class buggy_twin : public testing::TestWithParam<twin> {};

TEST_P(buggy_twin, passes_in_natural_order) {
  finished done = run({GetParam().program, "run", GetParam().scenario});
  EXPECT_EQ(done.status, 0) << done.output << done.errors;
}

TEST_P(buggy_twin, is_found_by_the_search_and_its_failure_replays) {
  scratch_directory directory;
  std::string file = directory.path() + "/found.twin";
  finished found =
      run({GetParam().program, "explore", GetParam().scenario, "--runs", "20000", "--stop-at-first", "--output", file});
  EXPECT_EQ(found.status, 1) << found.output << found.errors;
  EXPECT_NE(found.output.find(GetParam().broken), std::string::npos) << found.output;
  ASSERT_TRUE(std::filesystem::exists(file)) << found.output;
  finished again = run({GetParam().program, "replay", file});
  EXPECT_EQ(again.status, 0) << again.output << again.errors;
  EXPECT_NE(again.output.find(GetParam().broken), std::string::npos) << again.output;
}

const twin twins[] = {
    {KV, "kv-ack_before_sync", "kv.acknowledged_writes_survive"},
    {KV, "kv-ack_wrong_batch", "kv.acknowledged_writes_survive"},
    {KV, "kv-segment_not_durable", "kv.acknowledged_writes_survive"},
    {KV, "kv-snapshot_not_synced", "kv.server_recovers"},
    {KV, "kv-snapshot_forgets_tail", "kv."},
    {KV, "kv-recovery_trusts_cache", "kv.acknowledged_writes_survive"},
    {KV, "kv-expiry_deletes_newer", "kv."},
    {KV, "kv-reply_overtakes", "kv.replies_match_requests"},
    {ECHO_SCENARIO, "echo-drop_without_recheck", "echo.live_peers_are_kept"},
};

/// GoogleTest's names have no hyphens.
std::string underscored(std::string name) {
  for (char& letter : name) letter = letter == '-' ? '_' : letter;
  return name;
}

std::string name_of(const testing::TestParamInfo<twin>& info) { return underscored(info.param.scenario); }
INSTANTIATE_TEST_SUITE_P(scenario, buggy_twin, testing::ValuesIn(twins), name_of);

class fixed_server : public testing::TestWithParam<const char*> {};

TEST_P(fixed_server, is_clean) {
  const std::string name = GetParam();
  finished done = name == "echo" ? run({ECHO_SCENARIO, "explore", name, "--runs", "1000"})
                                 : run({KV, "explore", name, "--runs", "3000"});
  EXPECT_EQ(done.status, 0) << done.output << done.errors;
}
INSTANTIATE_TEST_SUITE_P(scenario, fixed_server, testing::Values("kv", "kv-expiry", "kv-crashes", "echo"),
                         [](const auto& each) { return underscored(each.param); });

struct wrong_setting {
  const char* program;
  const char* scenario;
  const char* text;
  const char* allowed;
};

// None of these may run under a default, nor count as a failure of the scenario.
TEST(scenario, refuses_settings_that_it_does_not_take) {
  for (const wrong_setting& wrong : {
           wrong_setting{KV, "kv", "clients=abc", "a number from 1 to 3"},
           {KV, "kv", "clients=-5", "a number from 1 to 3"},
           {KV, "kv", "clients=0", "a number from 1 to 3"},
           {KV, "kv", "clients=4", "a number from 1 to 3"},
           {KV, "kv", "requests=1e9x", "a number from 1 to 20"},
           {KV, "kv", "pipeline=0", "a number from 1 to 20"},
           {KV, "kv-crashes", "crash=maybe", "0 or 1"},
           {KV, "kv", "bug=nosuch", "one of \"\", ack_before_sync, "},
           {ECHO_SCENARIO, "echo", "messages=0", "a number from 1 to "},
           {ECHO_SCENARIO, "echo-drop_without_recheck", "messages=x", "a number from 1 to "},
       }) {
    finished done = run({wrong.program, "explore", wrong.scenario, "--runs", "10", "--set", wrong.text});
    EXPECT_EQ(done.status, 2) << wrong.text << done.output;
    EXPECT_NE(done.errors.find(std::string("it takes ") + wrong.allowed), std::string::npos) << done.errors;
  }
}

TEST(scenario, runs_at_the_ends_of_its_settings) {
  for (const char* words : {"clients=1", "clients=3", "requests=1", "requests=20", "pipeline=1", "pipeline=20",
                            "compact_at=0", "compact_at=1", "compact_at=1000000000"}) {
    finished done = run({KV, "explore", "kv", "--runs", "20", "--set", words});
    EXPECT_EQ(done.status, 0) << words << done.output << done.errors;
  }
  finished most = run({KV, "explore", "kv-crashes", "--runs", "20", "--set", "clients=3", "--set", "requests=20",
                       "--set", "pipeline=20"});
  EXPECT_EQ(most.status, 0) << most.output << most.errors;
  for (const char* words : {"messages=1", "messages=100"}) {
    finished done = run({ECHO_SCENARIO, "explore", "echo", "--runs", "20", "--set", words});
    EXPECT_EQ(done.status, 0) << words << done.output << done.errors;
  }
}

}  // namespace
}  // namespace system_test
