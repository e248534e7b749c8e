// Work on the pool: running, cancelling, file calls from jobs, mutual exclusion.
#include <atomic>

#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(jobs);

namespace {

constexpr std::size_t more_than_threads = 24;

}  // namespace

TEST_P(jobs, run_before_their_callbacks) {
  run([](loop& loop) {
    work_handle work(loop);
    int value = 0;
    bool done = false;
    EXPECT_FALSE(work.busy());
    work.start(
        [&](job& job) {
          EXPECT_FALSE(job.cancelled());
          value = 42;
        },
        [&](errc error) {
          EXPECT_EQ(error, errc::ok);
          EXPECT_EQ(value, 42);
          done = true;
        });
    EXPECT_TRUE(work.busy());
    loop.run();
    EXPECT_TRUE(done);
    EXPECT_FALSE(work.busy());
  });
}

TEST_P(jobs, more_than_there_are_threads_all_run_once) {
  run([](loop& loop) {
    std::vector<std::unique_ptr<work_handle>> works;
    std::atomic<int> runs{0};
    int done = 0;
    for (std::size_t i = 0; i < more_than_threads; ++i) {
      works.push_back(std::make_unique<work_handle>(loop));
      works.back()->start(
          [&](job& job) {
            job.yield();
            ++runs;
          },
          [&](errc error) {
            EXPECT_EQ(error, errc::ok);
            ++done;
          });
    }
    loop.run();
    EXPECT_EQ(runs, static_cast<int>(more_than_threads));
    EXPECT_EQ(done, static_cast<int>(more_than_threads));
  });
}

TEST_P(jobs, can_be_started_again_from_their_callback) {
  run([](loop& loop) {
    work_handle work(loop);
    int rounds = 0;
    std::function<void()> again = [&] {
      work.start([](job&) {},
                 [&](errc) {
                   if (++rounds < 10) again();
                 });
    };
    again();
    loop.run();
    EXPECT_EQ(rounds, 10);
  });
}

TEST_P(jobs, cancelled_in_the_queue_never_run) {
  run([](loop& loop) {
    // Jobs that wait for a flag hold every thread; the ones behind them are queued.
    std::atomic<bool> go{false};
    std::atomic<int> holding_now{0}, ran_anyway{0};
    std::vector<std::unique_ptr<work_handle>> holding, queued;
    int cancelled = 0, completed = 0;
    // By a post of the first job that runs.
    auto cancel_the_rest = [&] {
      for (std::size_t i = 0; i < more_than_threads; ++i) {
        queued.push_back(std::make_unique<work_handle>(loop, "queued"));
        queued.back()->start([&](job&) { ++ran_anyway; },
                             [&](errc error) {
                               EXPECT_TRUE(error == errc::ok || error == errc::cancelled);
                               ++(error == errc::cancelled ? cancelled : completed);
                             });
      }
      for (auto& one : queued) one->cancel();
      go = true;
    };
    for (std::size_t i = 0; i < more_than_threads; ++i) {
      holding.push_back(std::make_unique<work_handle>(loop, "holding"));
      holding.back()->start(
          [&](job& job) {
            if (++holding_now == 1) loop.post([&] { cancel_the_rest(); });
            while (!go) job.yield();
          },
          [](errc error) { EXPECT_EQ(error, errc::ok); });
    }
    loop.run();
    EXPECT_EQ(cancelled + completed, static_cast<int>(more_than_threads));
    EXPECT_EQ(ran_anyway, completed) << "a cancelled job ran, or one that ran says it was cancelled";
    EXPECT_GE(cancelled, 1);
  });
}

TEST_P(jobs, cancelled_while_running_see_it_and_complete_as_done) {
  run([](loop& loop) {
    work_handle work(loop);
    bool saw = false;
    std::vector<errc> outcomes;
    work.start(
        [&](job& job) {
          loop.post([&] {
            work.cancel();
            work.cancel();
          });
          while (!job.cancelled()) job.yield();
          saw = true;
        },
        [&](errc error) { outcomes.push_back(error); });
    loop.run();
    EXPECT_TRUE(saw);
    EXPECT_EQ(outcomes, (std::vector<errc>{errc::ok}));
  });
}

TEST_P(jobs, read_and_write_files_as_if_they_blocked) {
  run([this](loop& loop) {
    work_handle work(loop);
    std::string where = path("by-job"), read;
    work.start(
        [&](job& job) {
          result<handle_id> opened = job.open(where, open_read_write | open_create);
          ASSERT_TRUE(opened) << message(opened.error());
          ASSERT_TRUE(job.write_all(*opened, bytes_of("written by a job"), 0));
          ASSERT_TRUE(job.sync(*opened));
          EXPECT_EQ(job.status(*opened)->size, 16u);
          ASSERT_TRUE(job.truncate(*opened, 10));
          result<std::vector<std::byte>> all = job.read_all(*opened, 1000);
          ASSERT_TRUE(all);
          read = text_of(*all);
          EXPECT_EQ(job.read_all(*opened, 9).error(), errc::file_too_large);
          EXPECT_EQ(job.read_all(*opened, 10)->size(), 10u);
          EXPECT_TRUE(job.close(*opened));
          EXPECT_EQ(job.close(*opened).error(), errc::bad_handle);
        },
        [](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    EXPECT_EQ(read, "written by");
  });
}

TEST_P(jobs, make_directories_and_rename_files) {
  run([this](loop& loop) {
    work_handle work(loop);
    std::string base = here().directory();
    work.start(
        [&](job& job) {
          EXPECT_TRUE(job.make_directory(base + "/d"));
          EXPECT_EQ(job.make_directory(base + "/d").error(), errc::already_exists);
          result<handle_id> opened = job.open(base + "/d/a", open_write | open_create | open_exclusive);
          ASSERT_TRUE(opened);
          EXPECT_TRUE(job.close(*opened));
          EXPECT_TRUE(job.rename(base + "/d/a", base + "/d/b"));
          auto listed = job.list(base + "/d");
          ASSERT_TRUE(listed);
          ASSERT_EQ(listed->size(), 1u);
          EXPECT_EQ(listed->at(0).name, "b");
          EXPECT_TRUE(job.sync_directory(base + "/d"));
          EXPECT_TRUE(job.status(base + "/d/b"));
          EXPECT_TRUE(job.unlink(base + "/d/b"));
          EXPECT_TRUE(job.remove_directory(base + "/d"));
          EXPECT_EQ(job.status(base + "/d").error(), errc::not_found);
        },
        [](errc) {});
    loop.run();
  });
}

TEST_P(jobs, file_calls_work_from_the_loops_thread_too) {
  run([this](loop& loop) {
    blocking_files files(loop.below());
    result<handle_id> opened = files.open(path("direct"), open_read_write | open_create);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(files.write_all(*opened, bytes_of("now"), 0));
    EXPECT_EQ(files.status(path("direct"))->size, 3u);
    EXPECT_TRUE(files.close(*opened));
    EXPECT_EQ(files.open(path("none"), open_read).error(), errc::not_found);
  });
}

TEST_P(jobs, holding_a_mutex_exclude_each_other) {
  static constexpr int each = 20;
  run([](loop& loop) {
    mutex guard;
    int inside = 0, entered = 0;
    bool overlapped = false;
    std::vector<std::unique_ptr<work_handle>> works;
    for (int i = 0; i < 8; ++i) {
      works.push_back(std::make_unique<work_handle>(loop));
      works.back()->start(
          [&](job& job) {
            for (int round = 0; round < each; ++round) {
              lock_guard held(guard, job);
              overlapped = overlapped || inside != 0;
              ++inside;
              job.yield();
              --inside;
              ++entered;
            }
          },
          [](errc error) { EXPECT_EQ(error, errc::ok); });
    }
    loop.run();
    EXPECT_FALSE(overlapped);
    EXPECT_EQ(entered, 8 * each);
  });
}

TEST_P(jobs, do_not_hold_up_the_loop) {
  run([](loop& loop) {
    work_handle work(loop);
    std::atomic<bool> go{false};
    int rounds = 0;
    std::function<void()> another = [&] {
      if (++rounds == 5) {
        go = true;
      } else {
        loop.post([&] { another(); });
      }
    };
    work.start(
        [&](job& job) {
          loop.post([&] { another(); });
          while (!go) job.yield();
        },
        [&](errc) { EXPECT_EQ(rounds, 5); });
    loop.run();
    EXPECT_EQ(rounds, 5);
  });
}

TEST_P(jobs, of_the_intrusive_tier_run_too) {
  struct summing : work_op {
    int from = 0, sum = 0;
    errc outcome = errc::other;
  };
  run([](loop& loop) {
    summing one;
    one.from = 10;
    one.run = [](work_op& self, job&) {
      auto& mine = static_cast<summing&>(self);
      for (int i = 1; i <= mine.from; ++i) mine.sum += i;
    };
    one.on_complete = [](op& self, const completion& done) {
      static_cast<summing&>(static_cast<work_op&>(self)).outcome = done.error;
    };
    loop.submit(one);
    loop.run();
    EXPECT_EQ(one.outcome, errc::ok);
    EXPECT_EQ(one.sum, 55);
  });
}

TEST_P(jobs, destroyed_in_the_queue_are_forgotten) {
  run([](loop& loop) {
    std::atomic<bool> go{false};
    std::vector<std::unique_ptr<work_handle>> holding;
    for (std::size_t i = 0; i < more_than_threads; ++i) {
      holding.push_back(std::make_unique<work_handle>(loop, "holding"));
      holding.back()->start(
          [&](job& job) {
            while (!go) job.yield();
          },
          [](errc) {});
    }
    {
      work_handle gone(loop, "gone");  // behind all of them: it cannot have started
      gone.start([](job&) { FAIL() << "ran after its end"; }, [](errc) { FAIL() << "completed after its end"; });
    }
    go = true;
    loop.run();
  });
}

}  // namespace twinloop::contract
