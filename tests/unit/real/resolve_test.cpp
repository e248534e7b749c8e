// Name lookups: numeric names, which no name server has to answer, and what is refused.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/real/driver.hpp"

namespace twinloop::real {
namespace {

struct lookups : testing::Test {
  driver run;
  std::vector<address> found;
  errc look_up(std::string_view host, address_family family = address_family::none) {
    resolve_op asking;
    asking.host = host;
    asking.port = 80;
    asking.family = family;
    asking.out = &found;
    return run.perform(asking).error;
  }
};

TEST_F(lookups, numeric_names_give_their_address_with_the_port) {
  EXPECT_EQ(look_up("192.0.2.7"), errc::ok);
  EXPECT_EQ(found, std::vector{address::ipv4(192, 0, 2, 7, 80)});
  EXPECT_EQ(look_up("::1"), errc::ok);
  EXPECT_EQ(found, std::vector{address::loopback_ipv6(80)});
}

TEST_F(lookups, family_that_the_name_does_not_have_is_not_found) {
  EXPECT_EQ(look_up("192.0.2.7", address_family::ipv6), errc::name_not_found);
}

TEST_F(lookups, names_that_cannot_be_names_are_invalid) {
  EXPECT_EQ(look_up(""), errc::invalid_argument);
  EXPECT_EQ(look_up(std::string_view("127.0.0.1\0.example", 18)), errc::invalid_argument);
  EXPECT_EQ(look_up(std::string(5000, 'a')), errc::invalid_argument);
}

TEST_F(lookups, many_are_answered_by_one_slow_thread_beside_other_work) {
  driver narrow({.threads = 2, .slow_threads = 1});
  std::vector<std::vector<address>> answers(50);
  std::vector<std::unique_ptr<resolve_op>> asking;
  std::vector<std::unique_ptr<work_op>> working;
  for (std::vector<address>& answer : answers) {
    asking.push_back(std::make_unique<resolve_op>());
    asking.back()->host = "192.0.2.9";
    asking.back()->out = &answer;
    narrow.submit(*asking.back());
    working.push_back(std::make_unique<work_op>());
    working.back()->run = [](work_op&, job&) {};
    narrow.submit(*working.back());
  }
  for (const auto& each : asking) EXPECT_EQ(narrow.finish(*each).error, errc::ok);
  for (const auto& each : working) EXPECT_EQ(narrow.finish(*each).error, errc::ok);
  for (const auto& answer : answers) EXPECT_EQ(answer, std::vector{address::ipv4(192, 0, 2, 9, 0)});
}

TEST_F(lookups, queued_lookup_can_be_cancelled) {
  resolve_op asking;
  asking.host = "192.0.2.7";
  asking.out = &found;
  run.submit(asking);
  run.cancel(asking);
  EXPECT_EQ(run.finish(asking).error, errc::cancelled);
  EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace twinloop::real
