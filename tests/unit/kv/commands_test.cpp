// Goal: the command table is what it claims. What commands reply is held against redis-cli in tests/system.
#include "scenarios/kv/commands.hpp"

#include <gtest/gtest.h>

namespace kv {
namespace {

TEST(commands, are_found_in_any_case_of_letters) {
  for (const command& each : all_commands()) {
    std::string upper(each.name);
    for (char& letter : upper) letter = static_cast<char>(std::toupper(letter));
    EXPECT_EQ(find_command(each.name), &each);
    EXPECT_EQ(find_command(upper), &each);
  }
}

TEST(commands, unknown_names_are_not_found) {
  for (const char* name : {"", "nope", "ge", "gett", "a name that is longer than any of ours"}) {
    EXPECT_EQ(find_command(name), nullptr) << name;
  }
}

TEST(commands, only_those_that_touch_data_wait_for_it) {
  EXPECT_FALSE(find_command("ping")->uses_data);
  EXPECT_FALSE(find_command("echo")->uses_data);
  EXPECT_TRUE(find_command("set")->uses_data);
  EXPECT_TRUE(find_command("get")->uses_data);
}

}  // namespace
}  // namespace kv
