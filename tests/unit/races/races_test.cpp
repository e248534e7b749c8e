// Goal: ThreadSanitizer reports the races of pool jobs, the search keeps them and replays repeat them; sound programs
// are silent. Method: planted races and their twins, searched in worker processes; without ThreadSanitizer the same
// programs are clean, whatever the schedule.
#include <gtest/gtest.h>

#include "sim/testing/explore.hpp"
#include "sim/testing/shrink.hpp"
#include "tests/unit/races/races.hpp"
#include "tests/unit/sanitizers.hpp"

namespace {

using namespace twinloop::testing;
namespace sim = twinloop::sim;
namespace race_checks = twinloop::race_checks;

exploration search(const std::string& program, std::uint64_t runs, configuration settings = {}) {
  const subject what = make_subject(races::find(program), std::move(settings));
  shared_memory memory;
  explore_options options;
  options.runs = runs;
  return explore(memory, what, options);
}

std::string first_failure(const exploration& done) {
  return done.found.empty() ? "" : done.found.front().seen.result.broke.name;
}

void expect_silent(const std::string& program, std::uint64_t runs) {
  const exploration done = search(program, runs);
  EXPECT_EQ(first_failure(done), "") << program;
  EXPECT_EQ(done.status.runs, runs) << program;
}

/// The one finding, which fresh processes have confirmed.
finding find_race(const std::string& program) {
  exploration done = search(program, 300);
  EXPECT_EQ(done.found.size(), 1u) << program;
  if (done.found.empty()) return {};
  finding found = std::move(done.found.front());
  EXPECT_EQ(found.what, finding::nature::failure) << found.seen.result.broke.message;
  EXPECT_EQ(found.seen.result.broke.name.rfind("data_race: ", 0), 0u) << found.seen.result.broke.name;
  EXPECT_NE(found.seen.result.hash, 0u);
  return found;
}

void expect_named(const finding& found, const std::string& one, const std::string& other) {
  if (!TWINLOOP_HAS_SYMBOLIZER) return;  // then TSan knows addresses only
  EXPECT_NE(found.seen.result.broke.name.find(one), std::string::npos) << found.seen.result.broke.name;
  EXPECT_NE(found.seen.result.broke.name.find(other), std::string::npos) << found.seen.result.broke.name;
}

void expect_the_same_again(const std::string& program, const finding& found) {
  const subject what = make_subject(races::find(program), {});
  shared_memory memory;
  for (int i = 0; i < 12; ++i) {
    const observation again = replay_isolated(memory, what, found.seed, found.seen.result.choices,
                                              sim::replay_source::matching::strict, watch_options{});
    EXPECT_EQ(again.result.broke.name, found.seen.result.broke.name);
    EXPECT_EQ(again.result.hash, found.seen.result.hash);
    EXPECT_FALSE(again.divergence.has_value());
  }
}

#define SKIP_WITHOUT_TSAN() \
  if (!with_thread_sanitizer) GTEST_SKIP() << "only ThreadSanitizer sees races"

TEST(races, of_a_job_with_the_loop_are_found_at_a_schedule_that_has_them_and_replay_there) {
  SKIP_WITHOUT_TSAN();
  const finding found = find_race("reads_early");
  EXPECT_GT(found.run, 1u);  // the natural order is sound
  EXPECT_GT(found.seen.result.deviations, 0u);
  expect_named(found, "fill_table (races.cpp)", "add_up (races.cpp)");
  expect_the_same_again("reads_early", found);
}

TEST(races, shrink_like_any_failure) {
  SKIP_WITHOUT_TSAN();
  const finding found = find_race("reads_early");
  const subject what = make_subject(races::find("reads_early"), {});
  shared_memory memory;
  const shrink_result small = shrink(memory, what, found.seed, found.seen.result.choices, found.seen.result, {});
  EXPECT_FALSE(small.problem.has_value()) << *small.problem;
  EXPECT_EQ(small.best.result.broke.name, found.seen.result.broke.name);
  EXPECT_GE(small.best.result.deviations, 1u);  // the natural order is sound
  EXPECT_LE(small.best.result.deviations, 2u);
}

TEST(races, of_two_jobs_are_found_and_replay) {
  SKIP_WITHOUT_TSAN();
  const finding found = find_race("counts_without_lock");
  expect_named(found, "increment (races.cpp)", "increment (races.cpp)");
  expect_the_same_again("counts_without_lock", found);
}

TEST(races, about_a_buffer_that_the_kernel_fills_for_a_job_are_found) {
  SKIP_WITHOUT_TSAN();
  (void)find_race("peeks_into_a_read");
}

TEST(races, of_jobs_that_never_meet_are_found) {
  SKIP_WITHOUT_TSAN();
  (void)find_race("one_after_the_other");
}

TEST(races, about_what_the_loop_changes_after_the_start_are_found) {
  SKIP_WITHOUT_TSAN();
  (void)find_race("changes_what_it_gave");
}

TEST(races, are_hidden_by_switches_that_synchronise) {
  SKIP_WITHOUT_TSAN();
#ifdef TWINLOOP_TSAN
  race_checks::switches_order = true;  // in the workers, too: they are forks
#endif
  for (const char* program : {"reads_early", "counts_without_lock", "one_after_the_other", "changes_what_it_gave"}) {
    expect_silent(program, 300);
  }
#ifdef TWINLOOP_TSAN
  race_checks::switches_order = false;
#endif
}

TEST(races, of_the_fixed_twins_there_are_none) {
  expect_silent("reads_after_completion", 2'000);
  expect_silent("counts_with_lock", 2'000);
}

TEST(races, of_sound_jobs_of_every_sort_there_are_none) {
  expect_silent("recycled", 30);
  expect_silent("all_at_once", 10);
}

// In this process, which the C library takes for one without threads, as it does a test without workers.
TEST(races, of_sound_jobs_there_are_none_where_nothing_was_forked) {
  const run_result done = run_once(races::find("recycled"), {{"jobs", "500"}}, nullptr, 1);
  EXPECT_EQ(done.broke.name, "") << done.broke.message;
}

TEST(races, of_killed_jobs_with_those_of_the_next_life_there_are_none) { expect_silent("killed", 300); }

// In one process and one world: run after run on the stacks and contexts of those before.
TEST(races, of_a_hundred_thousand_recycled_jobs_there_are_none) {
  const exploration done = search("recycled", 10, {{"jobs", "10000"}});
  EXPECT_EQ(first_failure(done), "");
  EXPECT_EQ(done.status.runs, 10u);
}

TEST(races, break_nothing_on_one_thread) {
  if (with_thread_sanitizer) GTEST_SKIP() << "with ThreadSanitizer they are reported";
  for (const char* program :
       {"reads_early", "counts_without_lock", "peeks_into_a_read", "one_after_the_other", "changes_what_it_gave"}) {
    expect_silent(program, 300);
  }
}

// Beside it: the other sanitizer, on the same stacks.
TEST(use_after_free, of_a_job_is_reported_with_the_stacks_of_both_fibers) {
  if (!with_address_sanitizer) GTEST_SKIP() << "only AddressSanitizer sees it";
  const exploration done = search("uses_after_free", 10);
  ASSERT_EQ(done.found.size(), 1u);
  EXPECT_EQ(first_failure(done), "crash.AddressSanitizer.heap-use-after-free");
  EXPECT_EQ(done.found[0].what, finding::nature::failure);
  if (!TWINLOOP_HAS_SYMBOLIZER) return;
  // Each stack from its innermost frame to the fiber's first one.
  const std::string& words = done.found[0].seen.output;
  const std::size_t use = words.find("look_at");
  const std::size_t job = words.find("job_main", use);
  const std::size_t freed = words.find("freed by thread", job);
  const std::size_t release = words.find("loop::fire", freed);  // from the timer
  const std::size_t process = words.find("process_main", release);
  EXPECT_NE(process, std::string::npos) << words;
}

}  // namespace
