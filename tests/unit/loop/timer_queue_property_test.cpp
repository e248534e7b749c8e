// The timer queue against a sorted model, with few sequence numbers so that renumbering happens all the time.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <deque>
#include <map>

#include "loop/timer_queue.hpp"
#include "tests/unit/loop/fake_kernel.hpp"

namespace twinloop {

namespace {

constexpr std::size_t timer_count = 10;

// A queue and, beside it, what it should hold.
class compared_queue {
 public:
  explicit compared_queue(std::uint32_t sequence_limit) {
    queue_.limit_sequence(sequence_limit);
    for (std::size_t i = 0; i < timer_count; ++i) timers_.emplace_back(owner_, [](intrusive_timer&) {});
  }
  ~compared_queue() {
    for (intrusive_timer& each : timers_) queue_.remove(each);
  }
  void start(std::size_t number, std::int64_t due) {
    queue_.start(timers_[number], due);
    forget(number);
    sorted_.emplace(std::pair(due, ++starts_), number);
  }
  void stop(std::size_t number) {
    queue_.stop(timers_[number]);
    forget(number);
  }
  // Takes what is due, and re-arms some of it while the batch is handed out.
  void take_due(std::int64_t limit, std::int64_t rearm_every, std::int64_t rearm_delay) {
    RC_ASSERT(queue_.next_due() == (sorted_.empty() ? timer_queue::none : sorted_.begin()->first.first));
    std::uint64_t last_start = starts_;
    if (intrusive_timer* only = queue_.take_only_due(limit)) {
      RC_ASSERT(!sorted_.empty() && sorted_.begin()->first.first <= limit);
      RC_ASSERT(only == &timers_[sorted_.begin()->second] && !only->armed());
      RC_ASSERT(sorted_.size() == 1 || std::next(sorted_.begin())->first.first > limit);
      sorted_.erase(sorted_.begin());
      return;
    }
    queue_.collect_due(limit);
    std::int64_t taken = 0;
    while (intrusive_timer* next = queue_.pop_due()) {
      auto expected = sorted_.begin();
      while (expected != sorted_.end() && expected->first.second > last_start) ++expected;
      RC_ASSERT(expected != sorted_.end());
      RC_ASSERT(next == &timers_[expected->second]);
      RC_ASSERT(expected->first.first <= limit);
      std::size_t number = expected->second;
      sorted_.erase(expected);
      if (++taken % rearm_every == 0) start((number + 1) % timer_count, limit + rearm_delay);
    }
    for (const auto& [key, number] : sorted_) {
      RC_ASSERT(key.first > limit || key.second > last_start);
      RC_ASSERT(timers_[number].armed());
    }
  }

 private:
  void forget(std::size_t number) {
    std::erase_if(sorted_, [&](const auto& entry) { return entry.second == number; });
  }
  fake_kernel kernel_;
  loop owner_{kernel_};
  std::deque<intrusive_timer> timers_;
  timer_queue queue_;
  std::multimap<std::pair<std::int64_t, std::uint64_t>, std::size_t> sorted_;
  std::uint64_t starts_ = 0;
};

}  // namespace

TEST(timer_queue_property, agrees_with_a_sorted_model) {
  EXPECT_TRUE(rc::check([] {
    auto script = *rc::gen::container<std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>>(
        rc::gen::arbitrary<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>());
    compared_queue tested(*rc::gen::element<std::uint32_t>(14, 64, UINT32_MAX));
    std::int64_t now = 1000;
    for (auto [what, which, amount] : script) {
      std::size_t number = which % timer_count;
      switch (what % 8) {
        case 0:
          tested.stop(number);
          break;
        case 1:
          tested.take_due(now += amount, which % 3 + 1, amount % 40 - 20);
          break;
        default:
          tested.start(number, now + amount % 50);
          break;
      }
    }
    tested.take_due(now + 1000, 1000, 0);
  }));
}

}  // namespace twinloop
