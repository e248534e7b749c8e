// Names: what every machine knows, addresses in text, and names that do not exist.
#include "tests/contract/harness.hpp"
#include "twinloop/net.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(resolving);

namespace {

result<std::vector<address>> look_up(loop& loop, const std::string& host, std::uint16_t port,
                                     address_family family = address_family::none) {
  resolver names(loop);
  int callbacks = 0;
  result<std::vector<address>> found = unexpected(errc::other);
  names.resolve(
      host, port,
      [&](result<std::vector<address>> answered) {
        ++callbacks;
        found = std::move(answered);
      },
      family);
  loop.run();
  EXPECT_EQ(callbacks, 1);
  return found;
}

}  // namespace

TEST_P(resolving, localhost_is_a_loopback_address) {
  run([](loop& loop) {
    auto found = look_up(loop, "localhost", 6379);
    ASSERT_TRUE(found) << message(found.error());
    ASSERT_FALSE(found->empty());
    for (const address& each : *found) {
      EXPECT_TRUE(each.is_loopback()) << each.text();
      EXPECT_EQ(each.port, 6379);
    }
  });
}

TEST_P(resolving, a_family_leaves_out_the_other) {
  run([](loop& loop) {
    auto found = look_up(loop, "localhost", 1, address_family::ipv4);
    ASSERT_TRUE(found) << message(found.error());
    for (const address& each : *found) EXPECT_EQ(each.family, address_family::ipv4);
  });
}

TEST_P(resolving, an_address_in_text_gives_itself) {
  run([](loop& loop) {
    auto four = look_up(loop, "192.0.2.7", 80);
    ASSERT_TRUE(four);
    EXPECT_EQ(*four, (std::vector<address>{address::ipv4(192, 0, 2, 7, 80)}));
    auto six = look_up(loop, "::1", 81);
    ASSERT_TRUE(six);
    EXPECT_EQ(*six, (std::vector<address>{address::loopback_ipv6(81)}));
  });
}

TEST_P(resolving, an_address_of_the_other_family_is_not_found) {
  run([](loop& loop) {
    EXPECT_EQ(look_up(loop, "192.0.2.7", 80, address_family::ipv6).error(), errc::name_not_found);
  });
}

TEST_P(resolving, a_name_that_does_not_exist_is_not_found) {
  run([](loop& loop) {
    // RFC 6761: names below "invalid" never exist. Without a network a resolver may say that nobody answered.
    errc error = look_up(loop, "no-such-host.invalid", 80).error();
    EXPECT_TRUE(error == errc::name_not_found || error == errc::name_try_again) << message(error);
  });
}

TEST_P(resolving, an_empty_name_is_an_error) {
  run([](loop& loop) {
    errc error = look_up(loop, "", 80).error();
    EXPECT_TRUE(error == errc::name_not_found || error == errc::invalid_argument) << message(error);
  });
}

TEST_P(resolving, cancelled_completes_exactly_once) {
  run([](loop& loop) {
    resolver names(loop);
    int callbacks = 0;
    names.resolve("localhost", 1, [&](result<std::vector<address>> found) {
      ++callbacks;
      EXPECT_TRUE(found || found.error() == errc::cancelled) << message(found.error());
    });
    names.cancel();
    loop.run();
    EXPECT_EQ(callbacks, 1);
    names.cancel();  // nothing to cancel: nothing happens
    EXPECT_FALSE(loop.run());
  });
}

TEST_P(resolving, many_lookups_at_once_all_answer) {
  run([](loop& loop) {
    std::vector<std::unique_ptr<resolver>> all;
    int answered = 0;
    for (std::uint16_t i = 0; i < 12; ++i) {
      all.push_back(std::make_unique<resolver>(loop));
      all.back()->resolve("localhost", i, [&answered, i](result<std::vector<address>> found) {
        ASSERT_TRUE(found);
        EXPECT_EQ(found->at(0).port, i);
        ++answered;
      });
    }
    loop.run();
    EXPECT_EQ(answered, 12);
  });
}

}  // namespace twinloop::contract
