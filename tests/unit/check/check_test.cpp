// Properties whose failure needs an input and an order: found, shrunk to the smallest of both, and shown again by
// either reproduction line. The program is the joint-input-and-schedule row of the bug benchmark (B23).
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/check/properties.hpp"
#include "tests/unit/check/scoped_variable.hpp"
#include "tests/unit/testing/temporary_directory.hpp"

namespace twinloop {
namespace {

class check : public ::testing::Test {
 protected:
  check() : directory_variable_("TWINLOOP_REPLAY_DIR", directory_.path()) {}

  /// The property of B23 on start values in [-50, 50], where -17 is the only one with a failing order.
  static check_result joint(check_options options = {}, int low = -50) {
    options.print = false;
    return twinloop::check(
        "joint",
        [low] {
          const int start = *rc::gen::inRange(low, 51).as("start");
          return [start](sim::world& world) {
            properties::change_three_times(
                world, start, [&](int value) { world.check(value != 0, "joint.never_zero", "it became zero"); });
          };
        },
        options);
  }

  temporary_directory directory_;
  scoped_variable directory_variable_;
};

TEST_F(check, a_failure_that_needs_an_input_and_an_order_is_found_and_both_become_minimal) {
  const check_result found = joint();
  ASSERT_FALSE(found.passed);
  EXPECT_EQ(found.run.broke.name, "joint.never_zero");
  ASSERT_EQ(found.workload.size(), 1u);
  EXPECT_EQ(found.workload[0].first, "start");
  EXPECT_EQ(found.workload[0].second, "-17");
  EXPECT_GE(found.run.deviations, 1u);  // the natural order never fails
  EXPECT_LE(found.run.deviations, 2u);
  EXPECT_NE(found.text.find("-17"), std::string::npos) << found.text;
  EXPECT_NE(found.text.find("joint.never_zero"), std::string::npos) << found.text;
  EXPECT_NE(found.text.find("RC_PARAMS=\"" + found.rc_params + "\""), std::string::npos) << found.text;
  EXPECT_NE(found.text.find("TWINLOOP_REPLAY=" + found.replay_file), std::string::npos) << found.text;
}

TEST_F(check, neither_the_inputs_alone_nor_the_schedules_alone_find_it) {
  check_options natural_only;
  natural_only.schedules = 1;  // the natural order
  EXPECT_TRUE(joint(natural_only).passed);
  const auto fixed = [](sim::world& world) {
    properties::change_three_times(world, 1, [&](int value) { world.check(value != 0, "joint.never_zero", ""); });
  };
  EXPECT_TRUE(twinloop::check("fixed input", fixed, {.cases = 50, .print = false}).passed);
}

TEST_F(check, both_reproductions_give_the_same_failure_and_hash) {
  const check_result found = joint();
  ASSERT_FALSE(found.passed);
  {
    const scoped_variable params("RC_PARAMS", found.rc_params);
    const check_result again = joint();
    EXPECT_EQ(again.run.broke.name, found.run.broke.name);
    EXPECT_EQ(again.run.hash, found.run.hash);
    EXPECT_EQ(again.workload, found.workload);
  }
  {
    const scoped_variable file("TWINLOOP_REPLAY", found.replay_file);
    const check_result again = joint();
    EXPECT_FALSE(again.passed);
    EXPECT_EQ(again.text.find("did not replay"), std::string::npos) << again.text;
    EXPECT_EQ(again.run.broke.name, found.run.broke.name);
    EXPECT_EQ(again.run.hash, found.run.hash);
    EXPECT_EQ(again.workload, found.workload);
  }
}

TEST_F(check, the_seed_repeats_the_whole_search) {
  const scoped_variable params("RC_PARAMS", "seed=77 max_success=3000");
  const check_result once = joint();
  const check_result twice = joint();
  ASSERT_FALSE(once.passed);
  EXPECT_EQ(once.run.hash, twice.run.hash);
  EXPECT_EQ(once.cases, twice.cases);
  EXPECT_EQ(once.runs, twice.runs);
}

TEST_F(check, a_replay_file_of_another_property_is_left_out) {
  const check_result found = joint();
  const scoped_variable file("TWINLOOP_REPLAY", found.replay_file);
  const check_result other = twinloop::check("other", [](sim::world& world) { world.fail("never", "runs"); });
  EXPECT_TRUE(other.passed);
  EXPECT_TRUE(other.skipped);
  EXPECT_EQ(other.runs, 0u);
}

TEST_F(check, a_replay_file_of_another_program_fails) {
  const check_result found = joint();
  std::string error;
  auto foreign = twinloop::testing::replay_file::load(found.replay_file, error);
  ASSERT_TRUE(foreign) << error;
  foreign->program = "elsewhere";
  ASSERT_EQ(foreign->save(found.replay_file), std::nullopt);
  const scoped_variable file("TWINLOOP_REPLAY", found.replay_file);
  const check_result other = twinloop::check("joint", [](sim::world&) {}, {.print = false});
  EXPECT_FALSE(other.passed);
  EXPECT_NE(other.text.find("was recorded by the program \"elsewhere\""), std::string::npos) << other.text;
}

TEST_F(check, a_file_that_does_not_fail_any_more_says_so) {
  const check_result found = joint();
  const scoped_variable file("TWINLOOP_REPLAY", found.replay_file);
  // The same name and generator, and a program that has been put right.
  const check_result fixed =
      twinloop::check("joint",
                      [] {
                        const int start = *rc::gen::inRange(-50, 51).as("start");
                        return [start](sim::world& world) { properties::change_three_times(world, start, [](int) {}); };
                      },
                      {.print = false});
  EXPECT_FALSE(fixed.passed);
  EXPECT_NE(fixed.text.find("did not replay"), std::string::npos) << fixed.text;
}

TEST_F(check, inputs_shrink_although_only_some_schedules_break_them) {
  // Breaks when at least three numbers were drawn and the third job ends before the first: the natural order is fine.
  const auto property = [](sim::world& world, const std::vector<int>& numbers) {
    properties::change_three_times(world, 0, [&](int value) {
      const bool seventy_first = value == 272 || value == 278;  // (0+70-2)x4 and (0+70)x4-2
      world.check(!seventy_first || numbers.size() < 3, "joint.both", "");
    });
  };
  const check_result found = twinloop::check("sizes", property, {.print = false});
  ASSERT_FALSE(found.passed);
  EXPECT_NE(found.workload[0].second.find("[0, 0, 0]"), std::string::npos) << found.workload[0].second;
  EXPECT_LE(found.run.deviations, 2u);
}

TEST_F(check, assertions_of_rapidcheck_fail_the_run_in_the_body_and_in_a_checked_process) {
  const check_result body = twinloop::check("body",
                                            [](sim::world& world, bool) {
                                              properties::change_three_times(world, 1, [](int) {});
                                              RC_ASSERT(world.now().time_since_epoch().count() < 0);
                                            },
                                            {.print = false});
  EXPECT_EQ(body.run.broke.name, "property");
  EXPECT_NE(body.run.broke.message.find("RC_ASSERT"), std::string::npos) << body.run.broke.message;
  const check_result process =
      twinloop::check("process",
                      [](sim::world& world) {
                        world.add_host("host").start("main", checked(world, [](loop&, const arguments&) {
                                                       RC_ASSERT(1 == 2);
                                                       return 0;
                                                     }));
                        world.run();
                      },
                      {.print = false});
  EXPECT_EQ(process.run.broke.name, "property");
  EXPECT_NE(process.run.broke.message.find("1 == 2"), std::string::npos) << process.run.broke.message;
}

TEST_F(check, returning_false_fails_and_returning_true_does_not) {
  const auto run = [](bool holds) {
    return twinloop::check("truth",
                           [holds](sim::world& world) {
                             properties::change_three_times(world, 1, [](int) {});
                             return holds;
                           },
                           {.cases = 3, .print = false});
  };
  EXPECT_TRUE(run(true).passed);
  EXPECT_EQ(run(false).run.broke.name, "property");
}

TEST_F(check, discarded_workloads_are_drawn_anew_and_too_many_end_the_check) {
  int drawn = 0;
  const auto odd_only = [&drawn](bool only_impossible) {
    return twinloop::check("preconditions",
                           [&drawn, only_impossible](int number) {
                             RC_PRE(!only_impossible && number % 2 == 0);
                             ++drawn;
                             return [](sim::world& world) { properties::change_three_times(world, 1, [](int) {}); };
                           },
                           {.cases = 20, .schedules = 1, .print = false});
  };
  EXPECT_TRUE(odd_only(false).passed);
  EXPECT_EQ(drawn, 20);
  const check_result hopeless = odd_only(true);
  EXPECT_FALSE(hopeless.passed);
  EXPECT_NE(hopeless.text.find("gave up"), std::string::npos) << hopeless.text;
}

TEST_F(check, a_draw_inside_a_run_fails_that_run) {
  const check_result late = twinloop::check("late",
                                            [](sim::world& world) {
                                              const int value = *rc::gen::arbitrary<int>();
                                              properties::change_three_times(world, value, [](int) {});
                                            },
                                            {.print = false});
  EXPECT_FALSE(late.passed);
  EXPECT_EQ(late.run.broke.name, "exception") << late.text;
}

TEST_F(check, parameters_that_cannot_be_read_are_named) {
  const scoped_variable params("RC_PARAMS", "seed=");
  const check_result wrong = joint();
  EXPECT_FALSE(wrong.passed);
  EXPECT_NE(wrong.text.find("RC_PARAMS"), std::string::npos) << wrong.text;
}

}  // namespace
}  // namespace twinloop
