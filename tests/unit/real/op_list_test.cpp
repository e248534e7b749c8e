// The pool's queue: first in first out, with removal anywhere.
#include "real/op_list.hpp"

#include <gtest/gtest.h>

#include <array>

namespace twinloop::real {
namespace {

struct op_lists : testing::Test {
  std::array<work_op, 5> ops;
  op_list list;
  void SetUp() override {
    for (work_op& each : ops) list.push(each);
  }
  std::vector<std::ptrdiff_t> drain() {
    std::vector<std::ptrdiff_t> order;
    while (!list.empty()) order.push_back(static_cast<work_op*>(&list.pop()) - ops.data());
    return order;
  }
  using places = std::vector<std::ptrdiff_t>;
};

TEST_F(op_lists, pops_in_the_order_of_pushes) { EXPECT_EQ(drain(), (places{0, 1, 2, 3, 4})); }

TEST_F(op_lists, any_entry_can_be_removed) {
  list.remove(ops[0]);
  list.remove(ops[4]);
  list.remove(ops[2]);
  EXPECT_EQ(list.size(), 2u);
  EXPECT_EQ(drain(), (places{1, 3}));
}

TEST_F(op_lists, appending_moves_everything_behind) {
  op_list front;
  front.push(list.pop());
  front.append(list);
  EXPECT_TRUE(list.empty());
  list = front;
  list.remove(ops[3]);  // the links across the seam hold
  EXPECT_EQ(drain(), (places{0, 1, 2, 4}));
}

TEST_F(op_lists, removing_all_that_match_keeps_both_orders) {
  std::vector<op*> out;
  auto matches = [&](const op& each) { return &each == &ops[1] || &each == &ops[4]; };
  list.remove_all(matches, out);
  EXPECT_EQ(out, (std::vector<op*>{&ops[1], &ops[4]}));
  EXPECT_EQ(drain(), (places{0, 2, 3}));
}

}  // namespace
}  // namespace twinloop::real
