// The order of a turn. Method: every callback of a busy program notes its turn and its phase's rank; sorted notes are
// the claim.
#include <array>

#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(phases);

namespace {

enum rank {
  timers_rank,
  posted_rank,
  idle_rank,
  prepare_rank,
  completion_rank,
  immediate_rank,
  check_rank,
  closing_rank,
  ranks
};

struct notes {
  explicit notes(loop& owner) : loop_(&owner) {}
  void add(rank phase) {
    std::pair<std::uint64_t, rank> now{loop_->metrics().turns, phase};
    EXPECT_GE(now, last_) << "phase " << phase << " ran after phase " << last_.second << " of turn " << now.first;
    last_ = now;
    ++seen[phase];
  }
  std::array<int, ranks> seen{};

 private:
  loop* loop_;
  std::pair<std::uint64_t, rank> last_{0, timers_rank};
};

// Keeps one callback of each kind coming, for some rounds.
struct busy_program {
  explicit busy_program(loop& owner)
      : noted(owner),
        tick(owner, [this] { on_timer(); }),
        idle(owner, hook_phase::idle, [this] { on_idle(); }),
        prepare(owner, hook_phase::prepare, [this] { noted.add(prepare_rank); }),
        check(owner, hook_phase::check, [this] { on_check(); }),
        work(owner) {
    prepare.start(), check.start();
    tick.start(0ns);
    post();
    start_work();
    connect();
  }
  void on_timer() {
    noted.add(timers_rank);
    if (++rounds < 8) tick.start(1us);
    idle.start();
    tick.loop().immediate([this] { noted.add(immediate_rank); });
  }
  void on_idle() {
    noted.add(idle_rank);
    idle.stop();  // while it is started polls do not block, and simulated time stands still
  }
  void on_check() {
    noted.add(check_rank);
    bool enough = rounds == 8 && noted.seen[posted_rank] >= 4 && jobs == 8 && noted.seen[closing_rank] == 1;
    if (enough) prepare.stop(), check.stop();
  }
  void post() {
    tick.loop().post([this] {
      noted.add(posted_rank);
      if (noted.seen[posted_rank] < 4) post();
    });
  }
  void start_work() {
    work.start([](job&) {},
               [this](errc) {
                 noted.add(completion_rank);
                 if (++jobs < 8) start_work();
               });
  }
  void connect() {
    listener.emplace(tick.loop());
    ASSERT_TRUE(listener->listen(address::loopback(0), [this](result<accepted>) {
      noted.add(completion_rank);
      listener->close([this] {
        noted.add(closing_rank);
        tick.loop().immediate([this] { noted.add(immediate_rank); });  // one more turn, whose check may end it all
      });
    }));
    stream.emplace(tick.loop());
    stream->connect(*listener->local(), [this](errc) { noted.add(completion_rank); });
  }

  notes noted;
  timer tick;
  hook idle, prepare, check;
  work_handle work;
  std::optional<tcp_listener> listener;
  std::optional<tcp_stream> stream;
  int rounds = 0;
  int jobs = 0;
};

}  // namespace

TEST_P(phases, run_in_the_written_order_in_every_turn) {
  run([](loop& loop) {
    busy_program program(loop);
    loop.run();
    for (int phase = timers_rank; phase < ranks; ++phase) {
      EXPECT_GT(program.noted.seen[static_cast<std::size_t>(phase)], 0) << "phase " << phase << " never ran";
    }
  });
}

TEST_P(phases, of_one_turn_follow_each_other_without_a_second_poll) {
  run([](loop& loop) {
    std::vector<std::string> order;
    timer due(loop, [&] {
      order.push_back("timer");
      loop.immediate([&] { order.push_back("immediate"); });
    });
    hook idle(loop, hook_phase::idle, [&] { order.push_back("idle"); });
    hook prepare(loop, hook_phase::prepare, [&] { order.push_back("prepare"); });
    hook check(loop, hook_phase::check, [&] {
      order.push_back("check");
      loop.stop();
    });
    idle.start(), prepare.start(), check.start();
    loop.immediate([&] { order.push_back("earlier immediate"); });
    due.start(0ns);
    while (!order.empty() || due.armed()) {
      std::uint64_t before = loop.metrics().turns;
      loop.run_nowait();
      EXPECT_EQ(loop.metrics().turns, before + 1);
      // A due timer may be late; the turn in which it ran is the one to look at.
      if (!order.empty() && order.front() == "timer") break;
      order.clear();
    }
    std::erase(order, "earlier immediate");
    EXPECT_EQ(order, (std::vector<std::string>{"timer", "idle", "prepare", "immediate", "check"}));
  });
}

TEST_P(phases, time_is_constant_inside_one_batch_of_callbacks) {
  run([](loop& loop) {
    std::vector<std::pair<std::uint64_t, time_point>> seen;  // phases before the poll: (turn, time)
    auto note = [&] { seen.emplace_back(loop.metrics().turns, loop.now()); };
    std::vector<std::unique_ptr<timer>> timers;
    for (int i = 0; i < 20; ++i) {
      timers.push_back(std::make_unique<timer>(loop, note));
      timers.back()->start(std::chrono::microseconds(i * 50));
    }
    hook prepare(loop, hook_phase::prepare, note);
    prepare.start();
    timer end(loop, [&] { prepare.stop(); });
    end.start(2ms);
    loop.run();
    ASSERT_FALSE(seen.empty());
    for (std::size_t i = 1; i < seen.size(); ++i) {
      EXPECT_GE(seen[i].second, seen[i - 1].second) << "time went back";
      bool same_turn = seen[i].first == seen[i - 1].first;
      EXPECT_TRUE(!same_turn || seen[i].second == seen[i - 1].second) << "time passed inside a batch";
    }
  });
}

TEST_P(phases, update_now_never_takes_time_back) {
  run([](loop& loop) {
    for (int i = 0; i < 100; ++i) {
      time_point before = loop.now();
      loop.update_now();
      EXPECT_GE(loop.now(), before);
      EXPECT_EQ(loop.now(), loop.below().now(false));
    }
  });
}

}  // namespace twinloop::contract
