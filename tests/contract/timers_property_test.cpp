// Many timers against a sorted model. Goal: whatever is started, stopped and moved, from outside and from callbacks,
// timers fire in (due, start) order, none early, none lost, none twice. Method: generated commands run on a loop; the
// model is a std::multimap from (due, start) to the timer.
#include <rapidcheck.h>

#include <map>

#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(timers_against_a_model);

namespace {

constexpr std::size_t timer_count = 12;

struct command {
  enum what { start, stop, repeat } kind = start;
  std::size_t timer = 0;
  std::int64_t delay = 0;  // ns; below zero: start_at a past time
};

void showValue(const command& shown, std::ostream& out) {
  const char* kinds[] = {"start", "stop", "repeat"};
  out << kinds[shown.kind] << " " << shown.timer << " in " << shown.delay << " ns";
}

rc::Gen<command> any_command() {
  auto delay = rc::gen::weightedOneOf<std::int64_t>({{3, rc::gen::just<std::int64_t>(0)},
                                                     {4, rc::gen::inRange<std::int64_t>(-1000, 2000)},
                                                     {3, rc::gen::element<std::int64_t>(1000, 20000, 50000)},
                                                     {2, rc::gen::inRange<std::int64_t>(0, 300000)}});
  return rc::gen::build<command>(
      rc::gen::set(&command::kind, rc::gen::weightedElement<command::what>(
                                       {{6, command::start}, {2, command::stop}, {1, command::repeat}})),
      rc::gen::set(&command::timer, rc::gen::inRange<std::size_t>(0, timer_count)),
      rc::gen::set(&command::delay, delay));
}

class model {
 public:
  model(loop& owner, const std::vector<std::vector<command>>& script) : loop_(&owner), script_(&script) {
    for (std::size_t i = 0; i < timer_count; ++i) {
      timers_.push_back(std::make_unique<timer>(owner, [this, i] { fired(i); }));
    }
    perform_next();
  }

  /// What broke first, or nothing.
  std::string broken;
  bool nothing_left() const { return sorted_.empty(); }

 private:
  struct expected {
    std::size_t timer;
    std::uint64_t armed_turn;  // firing waits for the turn after it
    duration repeat;
  };
  using key = std::pair<time_point, std::uint64_t>;

  void check(bool holds, const char* what) {
    if (!holds && broken.empty()) broken = what;
  }

  void disarm(std::size_t number) {
    std::erase_if(sorted_, [&](const auto& entry) { return entry.second.timer == number; });
  }
  void arm(std::size_t number, time_point due, duration repeat) {
    disarm(number);
    sorted_.emplace(key{due, ++starts_}, expected{number, turn_, repeat});
  }

  void perform(const command& asked) {
    timer& one = *timers_[asked.timer];
    time_point due = std::max(loop_->now() + duration(asked.delay), time_point());  // time begins at 0
    if (asked.kind == command::stop) {
      one.stop();
      disarm(asked.timer);
      return;
    }
    duration repeat = asked.kind == command::repeat ? duration(7000) : duration(0);
    one.start_at(due, repeat);
    arm(asked.timer, due, repeat);
    check(one.armed() && one.due() == due, "an armed timer does not say when it is due");
  }

  void perform_next() {
    if (step_ == script_->size()) {
      for (std::size_t i = 0; i < timer_count; ++i) {  // the end: repeats would go on for ever
        if (timers_[i]->repeat() > duration(0)) timers_[i]->stop(), disarm(i);
      }
      return;
    }
    for (const command& asked : (*script_)[step_++]) perform(asked);
  }

  void fired(std::size_t number) {
    turn_ = loop_->metrics().turns;
    auto first = sorted_.begin();
    while (first != sorted_.end() && first->second.armed_turn == turn_) ++first;
    check(first != sorted_.end() && first->second.timer == number, "a timer fired out of (due, start) order");
    if (!broken.empty()) return stop_all();
    check(first->first.first <= loop_->now(), "a timer fired early");
    expected entry = first->second;
    time_point due = first->first.first;
    sorted_.erase(first);
    if (entry.repeat > duration(0)) {
      check(timers_[number]->armed(), "a repeating timer is not armed in its callback");
      due = timers_[number]->due();
      check(due == loop_->now() + entry.repeat, "a repeat is not counted from now");
      arm(number, due, entry.repeat);
    } else {
      check(!timers_[number]->armed(), "a fired timer is still armed");
    }
    perform_next();
  }

  void stop_all() {
    for (auto& one : timers_) one->stop();
  }

  loop* loop_;
  const std::vector<std::vector<command>>* script_;
  std::vector<std::unique_ptr<timer>> timers_;
  std::multimap<key, expected> sorted_;
  std::uint64_t starts_ = 0;
  std::uint64_t turn_ = UINT64_MAX;
  std::size_t step_ = 0;
};

}  // namespace

TEST_P(timers_against_a_model, fire_in_due_and_start_order_and_none_is_lost) {
  bool held = rc::check([this] {
    auto script =
        *rc::gen::container<std::vector<std::vector<command>>>(rc::gen::container<std::vector<command>>(any_command()));
    std::string broken;
    run([&](loop& loop) {
      model tested(loop, script);
      loop.run();
      broken = tested.broken;
      if (broken.empty() && !tested.nothing_left()) broken = "a timer was lost";
      EXPECT_EQ(broken, "");
    });
    RC_ASSERT(broken == "");
    RC_ASSERT(!HasFailure());
  });
  EXPECT_TRUE(held);
}

}  // namespace twinloop::contract
