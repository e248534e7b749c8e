// Goal: changes do what they say, and the expiry index never disagrees with the entries.
#include "scenarios/kv/store.hpp"

#include <gtest/gtest.h>

#include <map>

namespace kv {
namespace {

TEST(store, set_replaces_value_and_time_to_live) {
  store data;
  data.apply({change_kind::set, "k", "1", 500});
  EXPECT_EQ(data.next_expiry(), 500);
  data.apply({change_kind::set, "k", "2"});
  EXPECT_EQ(data.find("k")->value, "2");
  EXPECT_EQ(data.find("k")->expires, never_expires);
  EXPECT_FALSE(data.next_expiry());
  EXPECT_EQ(data.size(), 1u);
}

TEST(store, first_expired_goes_by_time_then_key) {
  store data;
  data.apply({change_kind::set, "c", "", 30});
  data.apply({change_kind::set, "b", "", 20});
  data.apply({change_kind::set, "a", "", 20});
  EXPECT_FALSE(data.first_expired(19));
  EXPECT_EQ(data.first_expired(20), "a");
  data.apply({change_kind::erase, *data.first_expired(20)});  // the change views the key that it erases
  EXPECT_EQ(data.first_expired(20), "b");
  data.apply({change_kind::erase, "b"});
  EXPECT_FALSE(data.first_expired(20));
  EXPECT_EQ(data.next_expiry(), 30);
}

TEST(store, changes_of_missing_keys_change_nothing) {
  store data;
  data.apply({change_kind::erase, "k"});
  data.apply({change_kind::expire, "k", {}, 10});
  EXPECT_EQ(data.size(), 0u);
  EXPECT_FALSE(data.next_expiry());
}

TEST(store, flush_forgets_everything) {
  store data;
  data.apply({change_kind::set, "k", "v", 10});
  data.apply({change_kind::flush});
  EXPECT_EQ(data.size(), 0u);
  EXPECT_FALSE(data.next_expiry());
  EXPECT_EQ(data.find("k"), nullptr);
}

TEST(store, agrees_with_a_plain_map_over_many_changes) {
  store data;
  std::map<std::string, std::pair<std::string, expiry_time>> model;
  std::uint32_t state = 1;
  auto draw = [&state](std::uint32_t n) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % n;
  };
  for (int step = 0; step < 5000; ++step) {
    std::string key(1, static_cast<char>('a' + draw(8)));
    expiry_time expires = draw(3) == 0 ? never_expires : 1 + draw(50);
    std::string value = std::to_string(step);
    switch (draw(3)) {
      case 0:
        data.apply({change_kind::set, key, value, expires});
        model[key] = {value, expires};
        break;
      case 1:
        data.apply({change_kind::erase, key});
        model.erase(key);
        break;
      default:
        data.apply({change_kind::expire, key, {}, expires});
        if (model.count(key) != 0) model[key].second = expires;
    }
    std::optional<expiry_time> next;
    for (const auto& [ignored, entry] : model) {
      if (entry.second != never_expires && (!next || entry.second < *next)) next = entry.second;
    }
    ASSERT_EQ(data.next_expiry(), next) << "step " << step;
    ASSERT_EQ(data.size(), model.size());
  }
  for (const auto& [key, entry] : model) EXPECT_EQ(data.find(key)->value, entry.first);
}

}  // namespace
}  // namespace kv
