// The memory of what sources are told: keys and marks stay with their options while others come and go.
#include "sim/option_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace twinloop::sim::test {
namespace {

void add_option(option_list& to, std::uint64_t identity) {
  choice_option& added = to.add();
  added = {};
  added.identity = identity;
}

void give_keys(option_list& of, std::size_t index, const std::vector<conflict_key>& keys) {
  of.begin_keys();
  for (const conflict_key& each : keys) of.add_key(each.key, each.write);
  of.keep_keys(index);
}

std::vector<conflict_key> keys_at(option_list& of, std::size_t index) {
  return {of[index].keys.begin(), of[index].keys.end()};
}

TEST(option_list, leaves_the_others_their_keys_when_one_has_new_ones_again_and_again) {
  option_list options;
  for (std::uint64_t each : {1, 2, 3}) add_option(options, each);
  give_keys(options, 0, {{11, true}, {12, false}});
  give_keys(options, 2, {{31, true}});
  for (std::uint64_t round = 0; round < 10'000; ++round) give_keys(options, 1, {{round, true}, {round + 1, false}});
  EXPECT_EQ(keys_at(options, 0), (std::vector<conflict_key>{{11, true}, {12, false}}));
  EXPECT_EQ(keys_at(options, 1), (std::vector<conflict_key>{{9'999, true}, {10'000, false}}));
  EXPECT_EQ(keys_at(options, 2), (std::vector<conflict_key>{{31, true}}));
}

TEST(option_list, goes_on_putting_keys_together_when_its_memory_moves) {
  option_list options;
  for (std::uint64_t each : {1, 2}) add_option(options, each);
  give_keys(options, 0, {{7, false}});
  std::vector<conflict_key> many;
  for (std::uint64_t each = 0; each < 5'000; ++each) many.push_back({each, each % 2 == 0});
  give_keys(options, 1, many);
  EXPECT_EQ(keys_at(options, 0), (std::vector<conflict_key>{{7, false}}));
  EXPECT_EQ(keys_at(options, 1), many);
}

TEST(option_list, gives_no_option_the_keys_that_were_begun_and_not_kept) {
  option_list options;
  add_option(options, 1);
  options.begin_keys();
  options.add_key(1, true);
  give_keys(options, 0, {{2, true}});
  EXPECT_EQ(keys_at(options, 0), (std::vector<conflict_key>{{2, true}}));
}

TEST(option_list, knows_where_watched_options_stand_when_others_went) {
  option_list options;
  for (std::uint64_t each = 0; each < 6; ++each) {
    add_option(options, each);
    if (each % 2 == 1) options.watch_last();
  }
  options.erase(2);  // of 0 to 5, of which 1, 3 and 5 are watched
  options.erase(2);  // number 3
  options.erase(0);
  std::vector<std::uint64_t> watched;
  for (const std::uint32_t each : options.watched()) watched.push_back(options[each].identity);
  EXPECT_EQ(watched, (std::vector<std::uint64_t>{1, 5}));
  ASSERT_EQ(options.size(), 3u);
  EXPECT_EQ(options[1].identity, 4u);
}

}  // namespace
}  // namespace twinloop::sim::test
