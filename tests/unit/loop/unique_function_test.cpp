// unique_function: moves, ownership, capacity.
#include "twinloop/function.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace twinloop {

TEST(unique_function, calls_what_it_holds_with_its_arguments) {
  unique_function<int(int, int)> sum = [](int a, int b) { return a + b; };
  EXPECT_EQ(sum(40, 2), 42);
}

TEST(unique_function, is_empty_until_given_a_callable) {
  unique_function<void()> empty;
  EXPECT_FALSE(empty);
  unique_function<void()> null = nullptr;
  EXPECT_FALSE(null);
  empty = [] {};
  EXPECT_TRUE(empty);
  empty = nullptr;
  EXPECT_FALSE(empty);
}

TEST(unique_function, holds_callables_that_only_move) {
  auto owned = std::make_unique<int>(7);
  unique_function<int()> first = [owned = std::move(owned)] { return *owned; };
  unique_function<int()> second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_EQ(second(), 7);
}

TEST(unique_function, keeps_state_between_calls) {
  unique_function<int()> counter = [count = 0]() mutable { return ++count; };
  EXPECT_EQ(counter(), 1);
  unique_function<int()> moved = std::move(counter);
  EXPECT_EQ(moved(), 2);
}

TEST(unique_function, destroys_its_callable_exactly_once) {
  auto watched = std::make_shared<int>(0);
  {
    unique_function<void()> first = [watched] {};
    EXPECT_EQ(watched.use_count(), 2);
    unique_function<void()> second = std::move(first);
    EXPECT_EQ(watched.use_count(), 2);
    second = [] {};
    EXPECT_EQ(watched.use_count(), 1);
    second = [watched] {};
    unique_function<void()> third;
    third = std::move(second);
    EXPECT_EQ(watched.use_count(), 2);
  }
  EXPECT_EQ(watched.use_count(), 1);
}

TEST(unique_function, survives_being_moved_onto_itself) {
  unique_function<std::string()> text = [kept = std::string("a text too long for the small buffer of strings")] {
    return kept;
  };
  auto& alias = text;
  text = std::move(alias);
  EXPECT_EQ(text(), "a text too long for the small buffer of strings");
}

TEST(unique_function, passes_move_only_arguments_and_references) {
  unique_function<int(std::unique_ptr<int>, int&)> take = [](std::unique_ptr<int> given, int& out) {
    out = *given;
    return *given + 1;
  };
  int seen = 0;
  EXPECT_EQ(take(std::make_unique<int>(5), seen), 6);
  EXPECT_EQ(seen, 5);
}

TEST(unique_function, stores_captures_up_to_its_capacity_inline) {
  std::array<char, 48> exactly{};
  exactly[47] = 'x';
  unique_function<char()> full = [exactly] { return exactly[47]; };
  unique_function<char()> moved = std::move(full);
  EXPECT_EQ(moved(), 'x');
  static_assert(sizeof(unique_function<void()>) <= 64);
}

TEST(unique_function, takes_callables_whose_result_converts_or_is_dropped) {
  unique_function<long()> converted = [] { return 3; };
  EXPECT_EQ(converted(), 3L);
  int calls = 0;
  unique_function<void()> dropped = [&] { return ++calls; };
  dropped();
  EXPECT_EQ(calls, 1);
}

TEST(unique_function, is_not_made_from_what_cannot_be_called_so) {
  static_assert(!std::is_constructible_v<unique_function<void(int)>, void (*)()>);
  static_assert(!std::is_constructible_v<unique_function<int()>, void (*)()>);
  static_assert(!std::is_copy_constructible_v<unique_function<void()>>);
  static_assert(std::is_nothrow_move_constructible_v<unique_function<void()>>);
}

TEST(unique_function_death, calling_an_empty_one_is_a_broken_contract) {
  unique_function<void()> empty;
  EXPECT_DEATH(empty(), "call_ != nullptr");
}

}  // namespace twinloop
