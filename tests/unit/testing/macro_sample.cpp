// Tests made with TWINLOOP_TEST that fail on purpose: gtest_support_test runs this program and reads what it says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "tests/unit/testing/stories.hpp"
#include "twinloop/testing.hpp"

TWINLOOP_TEST(macro, of_a_sound_body_passes, 300) {
  stories::run_jobs(world, 3, [](twinloop::sim::world&, const std::string&) {});
}

TWINLOOP_TEST(macro, finds_a_failed_check, 300) {
  stories::run_jobs(world, 4, [](twinloop::sim::world& in, const std::string& order) {
    in.check(stories::before(order, 'a', 'b'), "order.a_comes_first", "the jobs completed as " + order);
  });
}

TWINLOOP_TEST(macro, finds_a_failed_expectation, 300) {
  std::string seen;
  stories::run_jobs(world, 4, [&](twinloop::sim::world&, const std::string& order) { seen = order; });
  EXPECT_TRUE(stories::before(seen, 'a', 'b')) << seen;
}

TWINLOOP_TEST(macro, meets_a_crash, 300) {
  stories::run_jobs(world, 4, [](twinloop::sim::world&, const std::string& order) {
    if (stories::before(order, 'b', 'a')) std::abort();
  });
}

TWINLOOP_TEST(macro, meets_leaking_state, 300) {
  static std::size_t jobs = 0;
  stories::run_jobs(world, 1 + ++jobs % 3, [](twinloop::sim::world&, const std::string&) {});
}

TWINLOOP_TEST(macro, meets_a_segfault, 300) {
  stories::run_jobs(world, 4, [](twinloop::sim::world&, const std::string& order) {
    volatile int* volatile nothing = nullptr;
    if (stories::before(order, 'b', 'a')) *nothing = 1;
  });
}

TWINLOOP_TEST(macro, meets_an_endless_loop, 300) {
  stories::run_jobs(world, 4, [](twinloop::sim::world&, const std::string& order) {
    volatile bool stuck = stories::before(order, 'b', 'a');
    while (stuck) {
    }
  });
}

TWINLOOP_TEST(macro, loops_between_two_runs, 300) {
  world.run();
  volatile bool stuck = true;
  while (stuck) {
  }
}

TWINLOOP_TEST(macro, computes_long_before_its_first_choice, 40) {
  const std::clock_t until = std::clock() + CLOCKS_PER_SEC / 20;
  while (std::clock() < until) {
  }
  stories::run_jobs(world, 3, [](twinloop::sim::world&, const std::string&) {});
}

TWINLOOP_TEST(macro, leaves_the_process, 300) {
  stories::run_jobs(world, 4, [](twinloop::sim::world&, const std::string& order) {
    if (stories::before(order, 'b', 'a')) std::_Exit(0);
  });
}

TWINLOOP_TEST(macro, stands_last, 30) {
  stories::run_jobs(world, 3, [](twinloop::sim::world&, const std::string&) {});
}
