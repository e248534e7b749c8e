// Properties whose program kills its process, or never comes back, in some schedule of some workload. In a worker
// process such a case is kept, made small and shown again like any other; in the test's own process its last words say
// how.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/unit/check/properties.hpp"
#include "tests/unit/check/scoped_variable.hpp"
#include "tests/unit/sanitizers.hpp"
#include "tests/unit/testing/temporary_directory.hpp"

namespace twinloop {
namespace {

void write_through_a_null_pointer() {
  volatile int* nowhere = nullptr;
  *nowhere = 1;
}

void loop_for_ever() {
  const volatile bool done = false;
  while (!done) continue;
}

/// Start values in [-50, 50], of which -17 alone can become zero, in some orders: then `end` comes.
check_result ends_at_zero(void (*end)(), check_options options = {}) {
  options.print = false;
  return twinloop::check(
      "ends",
      [end] {
        const int start = *rc::gen::inRange(-50, 51).as("start");
        return [start, end](sim::world& world) {
          properties::change_three_times(world, start, [end](int value) {
            if (value == 0) end();
          });
        };
      },
      options);
}

class check_in_a_worker : public ::testing::Test {
 protected:
  check_in_a_worker() : directory_variable_("TWINLOOP_REPLAY_DIR", directory_.path()), jobs_("TWINLOOP_JOBS", "1") {}

  /// Both reproductions of `found` show its failure and hash again.
  static void expect_it_replays(const check_result& found, void (*end)()) {
    for (const auto& [name, value] :
         {std::pair("TWINLOOP_REPLAY", found.replay_file), std::pair("RC_PARAMS", found.rc_params)}) {
      const scoped_variable asked(name, value);
      const check_result again = ends_at_zero(end);
      EXPECT_FALSE(again.passed);
      EXPECT_EQ(again.text.find("did not replay"), std::string::npos) << again.text;
      EXPECT_EQ(again.run.broke.name, found.run.broke.name) << again.text;
      EXPECT_EQ(again.run.hash, found.run.hash) << name;
      EXPECT_EQ(again.workload, found.workload);
    }
  }

  temporary_directory directory_;
  scoped_variable directory_variable_;
  scoped_variable jobs_;
};

TEST_F(check_in_a_worker, a_property_that_crashes_in_some_schedule_is_kept_made_small_and_replayed) {
  const check_result found = ends_at_zero(&write_through_a_null_pointer);
  ASSERT_FALSE(found.passed);
  EXPECT_EQ(found.run.broke.name, segfault_name) << found.text;
  ASSERT_EQ(found.workload.size(), 1u);
  EXPECT_EQ(found.workload[0].second, "-17");
  EXPECT_GE(found.run.deviations, 1u);  // the natural order never fails
  EXPECT_LE(found.run.deviations, 2u);
  EXPECT_NE(found.text.find("TWINLOOP_REPLAY=" + found.replay_file + " TWINLOOP_JOBS=1 "), std::string::npos)
      << found.text;
  expect_it_replays(found, &write_through_a_null_pointer);
}

TEST_F(check_in_a_worker, a_loop_is_also_aborted_when_its_file_is_run_in_the_tests_process) {
  if (with_thread_sanitizer) GTEST_SKIP() << "ThreadSanitizer keeps signals from loops that call nothing";
  const scoped_variable stall("TWINLOOP_STALL", "1");
  const scoped_variable as_found("RC_PARAMS", "noshrink=1");
  const scoped_variable file("TWINLOOP_REPLAY", ends_at_zero(&loop_for_ever).replay_file);
  ::unsetenv("TWINLOOP_JOBS");
  EXPECT_EXIT((void)ends_at_zero(&loop_for_ever), ::testing::KilledBySignal(SIGABRT),
              "no step was made in 1 s of CPU time, which is an endless loop");
}

TEST_F(check_in_a_worker, a_property_that_loops_for_ever_in_some_schedule_is_kept_and_replayed) {
  const scoped_variable stall("TWINLOOP_STALL", "1");
  const scoped_variable as_found("RC_PARAMS", "noshrink=1");  // each run costs the whole second
  const check_result found = ends_at_zero(&loop_for_ever);
  ASSERT_FALSE(found.passed);
  EXPECT_EQ(found.run.broke.name, "stalled") << found.text;
  EXPECT_EQ(found.workload.at(0).second, "-17");
  const scoped_variable file("TWINLOOP_REPLAY", found.replay_file);
  const check_result again = ends_at_zero(&loop_for_ever);
  EXPECT_EQ(again.text.find("did not replay"), std::string::npos) << again.text;
  EXPECT_EQ(again.run.broke.name, "stalled");
  EXPECT_EQ(again.run.hash, found.run.hash);
}

/// Breaks in some orders once three numbers were drawn.
check_result breaks_with_three_numbers() {
  const auto property = [](sim::world& world, const std::vector<int>& numbers) {
    properties::change_three_times(world, -17, [&](int value) {
      world.check(value != 0 || numbers.size() < 3, "three.never_zero", "it became zero");
    });
  };
  return twinloop::check("three", property, {.print = false});
}

TEST_F(check_in_a_worker, a_failure_that_is_too_long_to_be_told_is_one_all_the_same) {
  const auto property = [](sim::world& world, int) {
    world.check(false, "long.fails", std::string(std::size_t{65} << 20, '.'));
  };
  const check_result found = twinloop::check("long", property, {.print = false});
  EXPECT_FALSE(found.passed);
  EXPECT_NE(found.text.find("property \"long\" does not hold: workload 0 breaks it, but the failure is too long"),
            std::string::npos)
      << found.text.substr(0, 1000);
}

TEST_F(check_in_a_worker, an_ordinary_failure_is_the_same_as_in_this_process) {
  const check_result there = breaks_with_three_numbers();
  ::unsetenv("TWINLOOP_JOBS");
  const check_result here = breaks_with_three_numbers();
  ASSERT_FALSE(there.passed);
  EXPECT_EQ(there.run.broke.name, "three.never_zero");
  EXPECT_EQ(there.run.hash, here.run.hash);
  EXPECT_EQ(there.workload, here.workload);
  EXPECT_EQ(there.cases, here.cases);
  EXPECT_EQ(there.runs, here.runs);
  EXPECT_EQ(there.shrinks, here.shrinks);
}

// Of numbers that are smaller than the failing ones some crash instead: these are no smaller cases of it.
TEST_F(check_in_a_worker, smaller_workloads_that_crash_do_not_end_the_shrinking_of_another_failure) {
  const auto property = [] {
    const int start = *rc::gen::resize(100, rc::gen::inRange(30, 100)).as("start");
    return [start](sim::world& world) {
      properties::change_three_times(world, start, [&](int) {
        if (start < 40) write_through_a_null_pointer();
        world.check(start < 50, "large.start", "it is large");
      });
    };
  };
  const check_result found = twinloop::check("large", property, {.print = false});
  ASSERT_FALSE(found.passed);
  ASSERT_EQ(found.run.broke.name, "large.start") << "another seed: the first start value drawn has to be large";
  EXPECT_EQ(found.workload.at(0).second, "50") << found.text;
}

TEST_F(check_in_a_worker, a_property_that_holds_passes_and_one_that_cannot_be_drawn_gives_up) {
  const check_result holds = ends_at_zero([] {}, {.cases = 40});
  EXPECT_TRUE(holds.passed) << holds.text;
  EXPECT_EQ(holds.cases, 40u);
  EXPECT_EQ(holds.runs, 40u * check_options().schedules);
  const check_result hopeless = twinloop::check("hopeless",
                                                [](int) {
                                                  RC_DISCARD("always");
                                                  return [](sim::world&) {};
                                                },
                                                {.cases = 20, .print = false});
  EXPECT_FALSE(hopeless.passed);
  EXPECT_NE(hopeless.text.find("gave up after 0 cases: 201 workloads"), std::string::npos) << hopeless.text;
}

TEST_F(check_in_a_worker, a_crash_while_a_workload_is_drawn_is_told_as_such) {
  const check_result drawn =
      twinloop::check("drawn",
                      [](int number) {
                        if (number > 3) write_through_a_null_pointer();
                        return [](sim::world& world) { properties::change_three_times(world, 1, [](int) {}); };
                      },
                      {.print = false});
  EXPECT_FALSE(drawn.passed);
  EXPECT_NE(drawn.text.find(std::string(segfault_name) + " while workload "), std::string::npos) << drawn.text;
}

TEST(check_in_this_process, says_with_its_last_words_how_a_crash_is_kept) {
  ::unsetenv("TWINLOOP_JOBS");
  EXPECT_DEATH((void)ends_at_zero(&write_through_a_null_pointer),
               "TWINLOOP_JOBS=1 RC_PARAMS=.seed=1 max_success=1000 max_size=100. ");
}

TEST(check_in_this_process, aborts_an_endless_loop_and_says_how_it_is_kept) {
  if (with_thread_sanitizer) GTEST_SKIP() << "ThreadSanitizer keeps signals from loops that call nothing";
  ::unsetenv("TWINLOOP_JOBS");
  const scoped_variable patience("TWINLOOP_STALL", "1");
  EXPECT_EXIT((void)ends_at_zero(&loop_for_ever), ::testing::KilledBySignal(SIGABRT),
              "no step was made in 1 s of CPU time, which is an endless loop(.|\n)*TWINLOOP_JOBS=1 RC_PARAMS=");
}

}  // namespace
}  // namespace twinloop
