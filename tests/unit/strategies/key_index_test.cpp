// Keys of one run and their places.
#include "sim/strategies/key_index.hpp"

#include <gtest/gtest.h>

#include "sim/random.hpp"

namespace twinloop::sim::test {
namespace {

TEST(key_index, gives_a_key_the_place_of_its_first_meeting_however_many_there_are) {
  key_index places;
  for (std::uint64_t each = 0; each < 5'000; ++each) ASSERT_EQ(places[mix64(each) | 1], each);
  for (std::uint64_t each = 0; each < 5'000; ++each) ASSERT_EQ(places[mix64(each) | 1], each);
  EXPECT_EQ(places.size(), 5'000u);
}

TEST(key_index, tells_keys_apart_that_belong_at_one_place) {
  key_index places;
  for (std::uint64_t each = 0; each < 40; ++each) ASSERT_EQ(places[each << 32], each);  // 0 among them
  for (std::uint64_t each = 0; each < 40; ++each) ASSERT_EQ(places[each << 32], each);
}

TEST(key_index, has_forgotten_everything_when_cleared) {
  key_index places;
  for (std::uint64_t each = 0; each < 100; ++each) (void)places[mix64(each)];
  places.clear();
  EXPECT_EQ(places.size(), 0u);
  for (std::uint64_t each = 100; each-- > 0;) ASSERT_EQ(places[mix64(each)], 99 - each);
}

}  // namespace
}  // namespace twinloop::sim::test
