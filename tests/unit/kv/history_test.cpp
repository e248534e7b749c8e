// Goal: the judge of the other tests is right. Method: small histories, written by hand, with known verdicts.
#include "scenarios/kv/history.hpp"

#include <gtest/gtest.h>

namespace kv {
namespace {

std::size_t set_done(key_history& history, std::uint64_t connection, const char* value) {
  std::size_t index = history.call(operation_kind::set, connection, value);
  history.answer(index);
  return index;
}
void get_done(key_history& history, std::uint64_t connection, std::optional<std::string> shown) {
  history.answer_value(history.call(operation_kind::get, connection), std::move(shown));
}

TEST(history, a_read_sees_the_last_acknowledged_write) {
  key_history history("x");
  set_done(history, 1, "1");
  set_done(history, 1, "2");
  get_done(history, 2, "2");
  EXPECT_EQ(history.unexplained(), "");
  get_done(history, 2, "1");
  EXPECT_EQ(history.unexplained(), "get -> 1 on \"x\" cannot be; before it: set 1, set 2, get -> 2");
}

TEST(history, overlapping_operations_may_have_happened_in_either_order) {
  key_history history("x");
  std::size_t one = history.call(operation_kind::set, 1, "1");
  std::size_t two = history.call(operation_kind::set, 2, "2");
  history.answer(two);
  history.answer(one);
  key_history other = history;
  get_done(history, 3, "1");
  get_done(other, 3, "2");
  EXPECT_EQ(history.unexplained(), "");
  EXPECT_EQ(other.unexplained(), "");
  get_done(history, 3, "2");  // but not in both
  EXPECT_NE(history.unexplained(), "");
}

TEST(history, an_unanswered_write_may_have_happened_or_not_but_only_once) {
  key_history history("x");
  set_done(history, 1, "1");
  (void)history.call(operation_kind::set, 2, "2");
  get_done(history, 3, "1");
  EXPECT_EQ(history.unexplained(), "");
  get_done(history, 3, "2");
  EXPECT_EQ(history.unexplained(), "");
  get_done(history, 3, "1");
  EXPECT_NE(history.unexplained(), "");
}

TEST(history, one_connection_keeps_its_order) {
  key_history history("x");
  std::size_t one = history.call(operation_kind::set, 1, "1");
  std::size_t two = history.call(operation_kind::set, 1, "2");
  history.answer(one);
  history.answer(two);
  key_history later = history;
  get_done(history, 2, "2");
  EXPECT_EQ(history.unexplained(), "");
  get_done(later, 2, "1");
  EXPECT_NE(later.unexplained(), "");
}

TEST(history, a_lost_write_is_found) {
  key_history history("x");
  set_done(history, 1, "1");
  get_done(history, 2, std::nullopt);
  EXPECT_NE(history.unexplained(), "");
}

TEST(history, a_value_vanishes_only_if_it_has_a_time_to_live) {
  key_history history("x");
  history.answer(history.call(operation_kind::set_expiring, 1, "1"));
  key_history replaced = history;
  get_done(history, 1, "1");
  get_done(history, 1, std::nullopt);
  EXPECT_EQ(history.unexplained(), "");
  set_done(replaced, 1, "2");
  get_done(replaced, 1, std::nullopt);
  EXPECT_NE(replaced.unexplained(), "");
}

TEST(history, counts_add_up) {
  key_history history("n");
  history.answer_number(history.call(operation_kind::incr, 1), 1);
  (void)history.call(operation_kind::incr, 2);
  history.answer_number(history.call(operation_kind::incr, 1), 3);
  EXPECT_EQ(history.unexplained(), "");
  history.answer_number(history.call(operation_kind::incr, 1), 5);
  EXPECT_NE(history.unexplained(), "");
  key_history removed("n");
  set_done(removed, 1, "7");
  removed.answer_number(removed.call(operation_kind::del, 1), 1);
  removed.answer_number(removed.call(operation_kind::del, 1), 1);
  EXPECT_NE(removed.unexplained(), "");
}

}  // namespace
}  // namespace kv
