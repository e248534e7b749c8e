// Fibers: switching, many of them, and the C++ runtime's exception state, which belongs to a stack and not to a thread.
#include "loop/fiber.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "loop/race_checks.hpp"

namespace twinloop {

namespace {

// A fiber from a callable that outlives it.
template <class Callable>
struct fiber_of {
  fiber_of(fiber_stack_pool& pool, Callable& run)
      : inside(
            pool, [](fiber& self, void* context) { (*static_cast<Callable*>(context))(self); }, &run) {}
  fiber inside;
};

constexpr std::size_t stack_bytes = 64 * 1024;

}  // namespace

TEST(fiber, runs_until_it_yields_and_goes_on_from_there) {
  fiber_stack_pool pool(stack_bytes);
  std::vector<int> order;
  auto run = [&](fiber& self) {
    order.push_back(1);
    self.yield();
    order.push_back(3);
    self.yield();
    order.push_back(5);
  };
  fiber_of made(pool, run);
  EXPECT_FALSE(made.inside.started());
  made.inside.resume();
  order.push_back(2);
  EXPECT_TRUE(made.inside.started());
  EXPECT_FALSE(made.inside.ended());
  made.inside.resume();
  order.push_back(4);
  made.inside.resume();
  EXPECT_TRUE(made.inside.ended());
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5}));
}

TEST(fiber, knows_when_it_runs_and_which_stack_is_its_own) {
  fiber_stack_pool pool(stack_bytes);
  const void* outside = __builtin_frame_address(0);  // AddressSanitizer keeps locals elsewhere
  auto run = [&](fiber& self) {
    EXPECT_TRUE(self.running());
    EXPECT_TRUE(self.owns(__builtin_frame_address(0)));
    EXPECT_FALSE(self.owns(outside));
  };
  fiber_of made(pool, run);
  EXPECT_FALSE(made.inside.running());
  made.inside.resume();
  EXPECT_FALSE(made.inside.running());
}

TEST(fiber, that_never_started_can_go_away) {
  fiber_stack_pool pool(stack_bytes);
  auto run = [](fiber&) { FAIL(); };
  fiber_of made(pool, run);
}

TEST(fiber, can_be_resumed_by_another_fiber) {
  fiber_stack_pool pool(stack_bytes);
  std::string order;
  auto inner = [&](fiber& self) {
    order += "b";
    self.yield();
    order += "d";
  };
  fiber_of nested(pool, inner);
  auto outer = [&](fiber& self) {
    order += "a";
    nested.inside.resume();
    order += "c";
    self.yield();
    nested.inside.resume();
    order += "e";
  };
  fiber_of made(pool, outer);
  made.inside.resume();
  made.inside.resume();
  EXPECT_EQ(order, "abcde");
}

TEST(fiber, in_great_number_keep_their_own_state) {
  constexpr int count = 500;
  fiber_stack_pool pool(32 * 1024);
  std::vector<int> sums(count);
  struct counter {
    int number;
    std::vector<int>* sums;
    void operator()(fiber& self) {
      int local = 0;
      for (int i = 0; i < 20; ++i) {
        local += number;
        self.yield();
      }
      (*sums)[static_cast<std::size_t>(number)] = local;
    }
  };
  std::vector<counter> counters;
  for (int i = 0; i < count; ++i) counters.push_back({i, &sums});
  std::vector<std::unique_ptr<fiber_of<counter>>> fibers;
  for (counter& each : counters) fibers.push_back(std::make_unique<fiber_of<counter>>(pool, each));
  for (int round = 0; round <= 20; ++round) {
    for (auto& each : fibers) each->inside.resume();
  }
  for (int i = 0; i < count; ++i) {
    EXPECT_TRUE(fibers[static_cast<std::size_t>(i)]->inside.ended());
    EXPECT_EQ(sums[static_cast<std::size_t>(i)], 20 * i);
  }
}

TEST(fiber, stacks_are_used_again) {
  fiber_stack_pool pool(stack_bytes);
  std::uintptr_t first = 0;
  auto note = [&](fiber&) {
    auto place = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    if (first == 0) first = place;
    EXPECT_EQ(place, first);
  };
  for (int i = 0; i < 3; ++i) {
    fiber_of made(pool, note);
    made.inside.resume();
  }
}

// ThreadSanitizer keeps 65536 frames a context: whatever a fiber's end leaves there adds up.
TEST(fiber, leaves_nothing_on_a_stack_that_is_used_again_and_again) {
  fiber_stack_pool pool(stack_bytes);
  int ran = 0;
  auto run = [&](fiber& self) {
    ++ran;
    if (ran % 1000 == 0) self.yield();
  };
  for (int i = 0; i < 100'000; ++i) {
    fiber_of made(pool, run);
    while (!made.inside.ended()) made.inside.resume();
  }
  EXPECT_EQ(ran, 100'000);
  EXPECT_EQ(pool.size(), 1u);
}

// Else ThreadSanitizer would take two fibers that nothing orders for one thread.
TEST(fiber, as_a_thread_gets_the_stack_only_of_one_that_ended_before_it_was_asked_for) {
  fiber_stack_pool pool(stack_bytes, fiber_order::own_thread);
  const auto nothing = [](fiber&, void*) {};
  const auto use = [&](std::uint64_t asked_for) {
    fiber made(pool, nothing, nullptr, asked_for);
    made.resume();
  };
  const std::uint64_t before = pool.moment();
  use(before);
  EXPECT_EQ(pool.size(), 1u);
  use(before);
  EXPECT_EQ(pool.size(), race_checks::on ? 2u : 1u);
  use(pool.moment());
  EXPECT_EQ(pool.size(), race_checks::on ? 2u : 1u);
  for (int i = 0; i < 200; ++i) use(before);
  EXPECT_LE(pool.size(), 64u);  // stacks that nobody may use are not hoarded
}

TEST(fiber, can_throw_and_catch_on_its_own_stack) {
  fiber_stack_pool pool(stack_bytes);
  std::string caught;
  auto run = [&](fiber& self) {
    try {
      self.yield();
      throw std::runtime_error("inside");
    } catch (const std::exception& error) {
      caught = error.what();
    }
  };
  fiber_of made(pool, run);
  made.inside.resume();
  made.inside.resume();
  EXPECT_EQ(caught, "inside");
}

TEST(fiber, that_yields_inside_a_handler_can_rethrow_its_own_exception_afterwards) {
  fiber_stack_pool pool(stack_bytes);
  std::vector<std::string> caught;
  auto run_with = [&](const char* text) {
    return [&caught, text](fiber& self) {
      try {
        try {
          throw std::runtime_error(text);
        } catch (...) {
          self.yield();
          throw;  // the innermost of this stack, whatever other stacks caught meanwhile
        }
      } catch (const std::exception& error) {
        caught.emplace_back(error.what());
      }
    };
  };
  auto first = run_with("first"), second = run_with("second"), third = run_with("third");
  fiber_of a(pool, first), b(pool, second), c(pool, third);
  a.inside.resume(), b.inside.resume(), c.inside.resume();
  a.inside.resume(), c.inside.resume(), b.inside.resume();
  EXPECT_EQ(caught, (std::vector<std::string>{"first", "third", "second"}));
}

TEST(fiber, resumed_inside_a_handler_leaves_the_resumers_exception_alone) {
  fiber_stack_pool pool(stack_bytes);
  auto run = [](fiber& self) {
    EXPECT_FALSE(std::current_exception()) << "the resumer's exception is seen inside";
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    try {
      throw 1;
    } catch (int) {
      self.yield();
    }
  };
  fiber_of made(pool, run);
  std::string caught;
  try {
    try {
      throw std::runtime_error("outside");
    } catch (...) {
      made.inside.resume();
      made.inside.resume();
      throw;
    }
  } catch (const std::exception& error) {
    caught = error.what();
  }
  EXPECT_EQ(caught, "outside");
  EXPECT_TRUE(made.inside.ended());
}

TEST(fiber, resumed_while_unwinding_sees_no_uncaught_exception) {
  fiber_stack_pool pool(stack_bytes);
  int inside = -1, outside = -1;
  auto run = [&](fiber& self) {
    inside = std::uncaught_exceptions();
    self.yield();
  };
  fiber_of made(pool, run);
  struct resumer {
    fiber& resumed;
    int& count;
    ~resumer() {
      resumed.resume();
      count = std::uncaught_exceptions();
    }
  };
  try {
    resumer at_the_end{made.inside, outside};
    throw 1;
  } catch (int) {
  }
  made.inside.resume();
  EXPECT_EQ(inside, 0);
  EXPECT_EQ(outside, 1);
}

TEST(fiber, destroys_its_locals_when_an_exception_unwinds_it) {
  fiber_stack_pool pool(stack_bytes);
  auto watched = std::make_shared<int>(0);
  auto run = [&](fiber& self) {
    try {
      auto kept = watched;
      self.yield();
      throw 1;
    } catch (int) {
    }
  };
  fiber_of made(pool, run);
  made.inside.resume();
  EXPECT_EQ(watched.use_count(), 2);
  made.inside.resume();
  EXPECT_EQ(watched.use_count(), 1);
}

TEST(fiber, abandoned_keeps_its_stack_from_being_used_again) {
  fiber_stack_pool pool(stack_bytes);
  const void* lost = nullptr;
  auto waits = [&](fiber& self) {
    lost = __builtin_frame_address(0);
    self.yield();
  };
  auto abandoned = std::make_unique<fiber_of<decltype(waits)>>(pool, waits);
  abandoned->inside.resume();
  abandoned->inside.abandon();
  abandoned.reset();
  auto notes = [&](fiber& self) { EXPECT_FALSE(self.owns(lost)); };
  fiber_of next(pool, notes);
  next.inside.resume();
}

TEST(fiber, uses_most_of_its_stack) {
  fiber_stack_pool pool(stack_bytes);
  int sum = 0;
  auto run = [&](fiber&) {
    volatile char large[stack_bytes / 2];
    for (std::size_t i = 0; i < sizeof large; i += 64) large[i] = 1;
    for (std::size_t i = 0; i < sizeof large; i += 64) sum += large[i];
  };
  fiber_of made(pool, run);
  made.inside.resume();
  EXPECT_EQ(sum, static_cast<int>(stack_bytes / 2 / 64));
}

TEST(fiber_death, resuming_one_that_ended_is_a_broken_contract) {
  fiber_stack_pool pool(stack_bytes);
  auto run = [](fiber&) {};
  fiber_of made(pool, run);
  made.inside.resume();
  EXPECT_DEATH(made.inside.resume(), "ended_");
}

TEST(fiber_death, destroying_one_that_is_suspended_is_a_broken_contract) {
  EXPECT_DEATH(
      {
        fiber_stack_pool pool(stack_bytes);
        auto run = [](fiber& self) { self.yield(); };
        fiber_of made(pool, run);
        made.inside.resume();
      },
      "ended_");
}

}  // namespace twinloop
