// The thread pool behind work ops: order, cancelling, batches, and what the loop may see of a running job.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/unit/real/driver.hpp"
#include "twinloop/work.hpp"

namespace twinloop::real {
namespace {

/// A job that waits for the test to let it go, so that the pool's only thread is busy for as long as the test wants.
struct gate : work_op {
  std::latch started{1};
  std::latch released{1};
  gate() {
    run = [](work_op& self, job&) {
      auto& mine = static_cast<gate&>(self);
      mine.started.count_down();
      mine.released.wait();
    };
  }
};

struct counted : work_op {
  std::vector<int>* order = nullptr;
  int number = 0;
  int runs = 0;
  counted() {
    run = [](work_op& self, job&) {
      auto& mine = static_cast<counted&>(self);
      ++mine.runs;
      if (mine.order != nullptr) mine.order->push_back(mine.number);
    };
  }
};

constexpr kernel_options one_thread{.threads = 1, .slow_threads = 1};

TEST(pool, single_thread_runs_jobs_in_submit_order) {
  driver run(one_thread);
  std::vector<int> order;
  std::deque<counted> jobs(500);
  for (int i = 0; i < 500; ++i) {
    jobs[static_cast<std::size_t>(i)].order = &order;
    jobs[static_cast<std::size_t>(i)].number = i;
    run.submit(jobs[static_cast<std::size_t>(i)]);
    if (i % 100 == 7) run.poll();  // several hand-overs
  }
  for (counted& each : jobs) EXPECT_EQ(run.finish(each).error, errc::ok);
  ASSERT_EQ(order.size(), 500u);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(pool, every_one_of_many_jobs_runs_and_completes_exactly_once) {
  driver run;
  std::deque<counted> jobs(10'000);
  for (int round = 1; round <= 3; ++round) {
    for (counted& each : jobs) run.submit(each);
    for (counted& each : jobs) {
      while (each.state == op_state::pending) run.wait(never);
    }
    for (const counted& each : jobs) ASSERT_EQ(each.runs, round);
  }
  EXPECT_EQ(run.log().size(), 30'000u);
}

TEST(pool, queued_job_that_is_cancelled_completes_as_cancelled_and_never_runs) {
  driver run(one_thread);
  gate busy;
  counted queued;
  run.submit(busy);
  run.submit(queued);
  run.poll();
  busy.started.wait();
  run.cancel(queued);
  EXPECT_EQ(run.finish(queued).error, errc::cancelled);  // while the only thread is busy
  busy.released.count_down();
  EXPECT_EQ(run.finish(busy).error, errc::ok);
  EXPECT_EQ(queued.runs, 0);
}

TEST(pool, job_that_is_cancelled_before_it_was_handed_over_never_runs) {
  driver run(one_thread);
  counted staged;
  run.submit(staged);
  run.cancel(staged);
  EXPECT_EQ(run.finish(staged).error, errc::cancelled);
  EXPECT_EQ(staged.runs, 0);
}

TEST(pool, running_job_sees_the_request_and_completes_with_what_it_did) {
  driver run;
  struct asked : work_op {
    std::latch started{1};
  } running;
  running.run = [](work_op& self, job& context) {
    static_cast<asked&>(self).started.count_down();
    while (!context.cancelled()) context.yield();
  };
  run.submit(running);
  run.poll();
  running.started.wait();
  EXPECT_TRUE(running.in_kernel_hands);
  run.cancel(running);
  EXPECT_EQ(run.finish(running).error, errc::ok);
  EXPECT_FALSE(running.in_kernel_hands);
}

TEST(pool, cancelling_while_jobs_start_and_end_is_safe) {
  driver run;
  std::deque<counted> jobs(2000);
  for (counted& each : jobs) run.submit(each);
  run.poll();
  for (counted& each : jobs) {
    if (each.state == op_state::pending) run.cancel(each);
  }
  for (counted& each : jobs) {
    const completion done = run.finish(each);
    EXPECT_EQ(each.runs, done.error == errc::ok ? 1 : 0);
  }
}

TEST(pool, detached_queued_job_is_forgotten) {
  driver run(one_thread);
  gate busy;
  run.submit(busy);
  run.poll();
  busy.started.wait();
  {
    counted queued;
    counted staged;
    run.submit(queued);
    run.poll();
    run.submit(staged);
    run.detach(queued);
    run.detach(staged);
    EXPECT_EQ(queued.runs + staged.runs, 0);
  }
  busy.released.count_down();
  run.finish(busy);
  EXPECT_EQ(run.log().size(), 1u);
}

TEST(pool, detaching_a_running_job_is_a_broken_contract) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto breaking = [] {
    driver run(one_thread);
    gate busy;
    run.submit(busy);
    run.poll();
    busy.started.wait();
    run.detach(busy);
  };
  EXPECT_DEATH(breaking(), "in_kernel_hands");
}

TEST(pool, exception_that_leaves_a_job_is_kept_for_the_loop) {
  driver run;
  work_op throwing;
  throwing.run = [](work_op&, job&) { throw std::runtime_error("from the job"); };
  run.perform(throwing);
  ASSERT_TRUE(throwing.failure);
  EXPECT_THROW(std::rethrow_exception(throwing.failure), std::runtime_error);
}

TEST(pool, jobs_run_side_by_side_on_all_threads) {
  driver run({.threads = 4, .slow_threads = 2});
  std::array<gate, 4> jobs;
  for (gate& each : jobs) run.submit(each);
  run.poll();
  for (gate& each : jobs) each.started.wait();  // none waits for another to end
  for (gate& each : jobs) each.released.count_down();
  for (gate& each : jobs) EXPECT_EQ(run.finish(each).error, errc::ok);
}

TEST(pool, long_job_holds_up_no_other_while_a_thread_is_idle) {
  driver run({.threads = 2, .slow_threads = 1});
  gate long_one;
  std::deque<counted> short_ones(16);
  run.submit(long_one);
  for (counted& each : short_ones) run.submit(each);
  for (counted& each : short_ones) EXPECT_EQ(run.finish(each).error, errc::ok);
  EXPECT_EQ(long_one.state, op_state::pending);
  long_one.released.count_down();
  run.finish(long_one);
}

TEST(pool, kernel_that_goes_away_waits_for_running_jobs) {
  std::atomic<bool> ended{false};
  struct flagged : gate {
    std::atomic<bool>* ended = nullptr;
  } busy;
  busy.ended = &ended;
  busy.run = [](work_op& self, job& context) {
    auto& mine = static_cast<flagged&>(self);
    mine.started.count_down();
    mine.released.wait();
    context.yield();
    mine.ended->store(true);
  };
  {
    driver run(one_thread);
    run.submit(busy);
    run.poll();
    busy.started.wait();
    busy.released.count_down();
  }
  EXPECT_TRUE(ended.load());
  busy.state = op_state::idle;
}

TEST(pool, mutex_keeps_jobs_apart) {
  driver run;
  static constexpr int rounds = 2000;
  struct shared_state {
    mutex lock;
    int value = 0;  // not atomic: the mutex is what makes this right
  } shared;
  struct adding : work_op {
    shared_state* shared = nullptr;
  };
  std::deque<adding> jobs(4);
  for (adding& each : jobs) {
    each.shared = &shared;
    each.run = [](work_op& self, job& context) {
      for (int i = 0; i < rounds; ++i) {
        const lock_guard guard(static_cast<adding&>(self).shared->lock, context);
        ++static_cast<adding&>(self).shared->value;
      }
    };
    run.submit(each);
  }
  for (adding& each : jobs) run.finish(each);
  EXPECT_EQ(shared.value, 4 * rounds);
}

}  // namespace
}  // namespace twinloop::real
