// The pool of equal-sized buffers.
#include "twinloop/buffer_pool.hpp"

#include <gtest/gtest.h>

#include <set>

namespace twinloop {

TEST(buffer_pool, gives_out_each_buffer_once_then_none) {
  buffer_pool pool(4, 16);
  EXPECT_EQ(pool.available(), 4u);
  EXPECT_EQ(pool.buffer_size(), 16u);
  std::set<std::uint32_t> taken;
  for (int i = 0; i < 4; ++i) taken.insert(pool.take());
  EXPECT_EQ(taken, (std::set<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(pool.available(), 0u);
  EXPECT_EQ(pool.take(), buffer_pool::none);
}

TEST(buffer_pool, buffers_do_not_overlap) {
  buffer_pool pool(8, 3);
  for (std::uint32_t i = 0; i < 8; ++i) {
    for (std::byte& each : pool.bytes(i)) each = static_cast<std::byte>(i);
  }
  for (std::uint32_t i = 0; i < 8; ++i) {
    ASSERT_EQ(pool.bytes(i).size(), 3u);
    for (std::byte each : pool.bytes(i)) EXPECT_EQ(each, static_cast<std::byte>(i));
  }
  EXPECT_EQ(pool.bytes(2, 1).size(), 1u);
  EXPECT_EQ(pool.bytes(2, 1).data(), pool.bytes(2).data());
}

TEST(buffer_pool, gives_the_last_returned_buffer_next) {
  buffer_pool pool(3, 8);
  std::uint32_t a = pool.take(), b = pool.take();
  pool.give_back(a);
  pool.give_back(b);
  EXPECT_EQ(pool.take(), b);
  EXPECT_EQ(pool.take(), a);
}

TEST(buffer_pool_death, returning_what_was_not_taken_is_a_broken_contract) {
  buffer_pool pool(2, 8);
  EXPECT_DEATH(pool.give_back(0), "count_");
  EXPECT_DEATH(pool.give_back(2), "index < count_");
}

TEST(buffer_pool_death, sizes_outside_their_range_are_a_broken_contract) {
  EXPECT_DEATH(buffer_pool(0, 8), "count");
  EXPECT_DEATH(buffer_pool(65537, 1), "count");
  EXPECT_DEATH(buffer_pool(1, 0), "size");
  EXPECT_DEATH(buffer_pool(1, (16 << 20) + 1), "size");
}

}  // namespace twinloop
