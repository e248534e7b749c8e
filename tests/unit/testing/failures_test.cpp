// Goal: every way of failing is found, kept under a signature of its own, confirmed in a fresh process and replayable;
// and what is found does not depend on the number of jobs or shards. Method: stories with one planted failure each.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sim/testing/explore.hpp"
#include "sim/testing/memory_check.hpp"
#include "tests/unit/sanitizers.hpp"
#include "tests/unit/testing/failure_stories.hpp"
#include "tests/unit/testing/temporary_directory.hpp"

namespace {

using namespace twinloop::testing;
namespace sim = twinloop::sim;

constexpr std::chrono::milliseconds stall{250};

exploration search(const std::string& story, explore_options options) {
  shared_memory memory;
  options.stall = stall;
  return explore(memory, failure_stories::subject(story), options);
}

struct planted {
  const char* story;
  const char* kind;
  const char* name;
  const char* site;  // part of it
};
std::ostream& operator<<(std::ostream& out, const planted& shown) { return out << shown.story; }

class planted_failure : public ::testing::TestWithParam<planted> {};

TEST_P(planted_failure, is_found_kept_confirmed_and_replayable) {
  const planted& wanted = GetParam();
  if (with_thread_sanitizer && std::string_view(wanted.story) == "blocking_call") {
    GTEST_SKIP() << "ThreadSanitizer's threads are seen asleep, too: docs/fidelity.md";
  }
  const exploration done = search(wanted.story, {.runs = 300});
  ASSERT_EQ(done.failures.size(), 1u);
  const auto& [signature, kept] = *done.failures.begin();
  EXPECT_EQ(signature.kind, wanted.kind);
  EXPECT_EQ(signature.name, wanted.name);
  EXPECT_NE(signature.site.find(wanted.site), std::string::npos) << signature.site;
  EXPECT_EQ(kept.first.what, finding::nature::failure);
  EXPECT_TRUE(kept.first.confirmed);
  shared_memory memory;
  watch_options watch;
  watch.stall = stall;
  const observation again =
      replay_isolated(memory, failure_stories::subject(wanted.story), kept.first.seed, kept.first.seen.result.choices,
                      sim::replay_source::matching::strict, watch);
  EXPECT_EQ(signature_of(again.result).name, signature.name);
  EXPECT_EQ(again.result.hash, kept.first.seen.result.hash);
  EXPECT_FALSE(again.divergence);
}

std::string name_of(const ::testing::TestParamInfo<planted>& info) { return info.param.story; }

const planted everywhere[] = {
    {"check", "check", "order.a_first", ""},
    {"assertion", "assertion", "assertion", "failure_stories.cpp: a_came_first"},
    {"exception", "exception", "exception", "job N came before job N"},
    {"aborts", "crash", "crash.SIGABRT", ""},
    {"exits", "exit", "crash.exit", ""},
    {"endless_loop", "endless_loop", "stalled", ""},
    {"blocking_call", "endless_loop", "stalled", ""},
    {"check_then_loop", "check", "order.a_first", ""},
    {"reads_a_clock", "check", "outside.clock", ""},
    {"hang", "hang", "hang", "client/waits: accept on client/waits/door waits for something to arrive"},
    {"handle_leak", "leak", "leak", "forgotten (file) was still open"},
};
INSTANTIATE_TEST_SUITE_P(everywhere, planted_failure, ::testing::ValuesIn(everywhere), name_of);

const planted without_sanitizers[] = {
    {"segfault", with_thread_sanitizer ? "sanitizer" : "crash", segfault_name, "write_through"}};
const planted with_sanitizers[] = {
    {"use_after_free", "sanitizer", "crash.AddressSanitizer.heap-use-after-free", "write_through"},
    {"overflow", "sanitizer", "crash.UndefinedBehaviorSanitizer.signed-integer-overflow", ""},
};
INSTANTIATE_TEST_SUITE_P(by_build, planted_failure,
                         with_address_sanitizer ? ::testing::ValuesIn(with_sanitizers)
                                                : ::testing::ValuesIn(without_sanitizers),
                         name_of);

TEST(failures, of_an_endless_loop_name_the_function_that_does_not_return) {
  const exploration done = search("endless_loop", {.runs = 300});
  ASSERT_EQ(done.found.size(), 1u);
  const sim::failure& broke = done.found[0].seen.result.broke;
  EXPECT_NE(broke.message.find("of CPU time"), std::string::npos) << broke.message;
  if (with_thread_sanitizer)
    return;  // ThreadSanitizer keeps a signal back until the next system call: docs/fidelity.md
  EXPECT_NE(broke.place.find("failure_stories.cpp:"), std::string::npos) << broke.place << "\n" << broke.message;
}

TEST(failures, of_a_blocking_call_say_that_it_sleeps) {
  if (with_thread_sanitizer) GTEST_SKIP() << "ThreadSanitizer's threads are seen asleep, too: docs/fidelity.md";
  const exploration done = search("blocking_call", {.runs = 300});
  ASSERT_EQ(done.found.size(), 1u);
  EXPECT_NE(done.found[0].seen.result.broke.message.find("slept in a system call"), std::string::npos);
}

TEST(failures, that_were_noted_before_an_endless_loop_are_kept_and_tell_of_it) {
  const exploration done = search("check_then_loop", {.runs = 300});
  ASSERT_EQ(done.found.size(), 1u);
  const sim::failure& broke = done.found[0].seen.result.broke;
  EXPECT_TRUE(broke.message.starts_with("b came before a (and then no choice, no event")) << broke.message;
}

TEST(failures, whose_place_takes_long_to_look_up_are_no_endless_loop) {
  const temporary_directory folder;
  const std::string tool = folder.path() + "/addr2line";
  // The system's, which the first time is slower than the search has patience for: it sleeps, the test does not.
  std::ofstream(tool)
      << "#!/bin/sh\n[ -e \"$0.asked\" ] || { : >\"$0.asked\"; sleep 1; }\nexec /usr/bin/addr2line \"$@\"\n";
  std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (folder.path() + ":" + path).c_str(), 1);
  const exploration done = search("reads_a_clock", {.runs = 300});
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_TRUE(std::filesystem::exists(tool + ".asked"));
  ASSERT_EQ(done.failures.size(), 1u);
  EXPECT_EQ(done.failures.begin()->first.name, "outside.clock");
}

TEST(failures, of_a_handle_left_open_say_where_it_was_made_beside_their_signature) {
  const exploration done = search("handle_leak", {.runs = 300});
  ASSERT_EQ(done.failures.size(), 1u);
  const auto& [signature, kept] = *done.failures.begin();
  EXPECT_EQ(signature.site, "host/careless/forgotten (file) was still open when careless ended");
  EXPECT_NE(kept.first.seen.result.broke.message.find("failure_stories.cpp:"), std::string::npos);
}

TEST(failures, that_leak_memory_are_found_where_leaks_can_be_seen) {
  if (!can_check_memory()) {
    EXPECT_TRUE(search("memory_leak", {.runs = 100, .max_failures = 0}).failures.empty());
    return;
  }
  const exploration done = search("memory_leak", {.runs = 100, .max_failures = 0});
  ASSERT_EQ(done.failures.size(), 1u);
  EXPECT_EQ(done.failures.begin()->first.name, "crash.LeakSanitizer.detected-memory-leaks");
}

TEST(failures, of_runs_before_are_named_as_leaking_state_and_the_search_goes_on_in_fresh_processes) {
  const exploration done = search("leaking_state", {.runs = 200, .max_failures = 0});
  ASSERT_EQ(done.found.size(), 1u) << "in a process of its own no run is the twentieth";
  EXPECT_EQ(done.found[0].what, finding::nature::leaking_state);
  EXPECT_NE(done.found[0].seen.result.broke.message.find("twentieth_run"), std::string::npos);
  EXPECT_EQ(done.done.size(), 200u);
}

/// What must not depend on how a search was split.
std::map<failure_signature, std::pair<std::uint64_t, std::uint64_t>> essence(const exploration& done) {
  std::map<failure_signature, std::pair<std::uint64_t, std::uint64_t>> all;
  for (const auto& [signature, kept] : done.failures) all[signature] = {kept.count, kept.first.run};
  return all;
}

TEST(failures, go_on_to_be_found_after_a_crash_and_each_is_kept_once) {
  const exploration done = search("several", {.runs = 400, .max_failures = 0});
  EXPECT_EQ(done.failures.size(), 4u);
  EXPECT_EQ(done.status.runs, 400u);
  std::uint64_t counted = 0;
  for (const auto& [signature, kept] : done.failures) counted += kept.count;
  EXPECT_EQ(counted, done.status.failing);
  EXPECT_GT(counted, 4u);
  EXPECT_FALSE(done.enough);
}

TEST(failures, are_the_same_with_one_job_and_with_three) {
  const exploration one = search("several", {.runs = 400, .jobs = 1, .max_failures = 0});
  const exploration three = search("several", {.runs = 400, .jobs = 3, .max_failures = 0});
  EXPECT_EQ(essence(one), essence(three));
  EXPECT_EQ(three.status.runs, 400u);
  EXPECT_EQ(one.seen.report().classes, three.seen.report().classes);
}

TEST(failures, first_found_with_three_jobs_is_the_first_of_all) {
  const exploration one = search("several", {.runs = 400, .jobs = 1, .max_failures = 1});
  const exploration three = search("several", {.runs = 400, .jobs = 3, .max_failures = 1});
  ASSERT_EQ(one.found.size(), 1u);
  ASSERT_EQ(three.found.size(), 1u);
  EXPECT_EQ(one.found[0].run, three.found[0].run);
}

TEST(failures, are_enough_when_the_limit_is_reached) {
  const exploration done = search("several", {.runs = 100'000, .max_failures = 2});
  EXPECT_TRUE(done.enough);
  EXPECT_GE(done.failures.size(), 2u);
  EXPECT_LT(done.status.runs, 100'000u);
}

TEST(failures, of_all_shards_are_those_of_the_whole) {
  const exploration whole = search("several", {.runs = 401, .max_failures = 0});
  std::map<failure_signature, std::pair<std::uint64_t, std::uint64_t>> together;
  std::uint64_t runs = 0;
  for (std::uint64_t index = 1; index <= 3; ++index) {
    const exploration part = search("several", {.runs = 401, .part = {index, 3}, .max_failures = 0});
    runs += part.status.runs;
    for (const auto& [signature, seen] : essence(part)) {
      const auto [at, fresh] = together.try_emplace(signature, seen);
      if (fresh) continue;
      at->second.first += seen.first;
      at->second.second = std::min(at->second.second, seen.second);
    }
  }
  EXPECT_EQ(runs, 401u);
  EXPECT_EQ(together, essence(whole));
}

TEST(failures, that_were_searched_for_already_are_not_searched_again) {
  exploration first = search("several", {.runs = 150, .max_failures = 0});
  const exploration rest = search("several", {.runs = 400, .done = first.done, .max_failures = 0});
  const exploration whole = search("several", {.runs = 400, .max_failures = 0});
  EXPECT_EQ(first.status.runs + rest.status.runs, 400u);
  EXPECT_EQ(first.status.failing + rest.status.failing, whole.status.failing);
}

}  // namespace
