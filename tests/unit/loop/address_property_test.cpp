// Addresses, for all of them: what is written is read back as the same.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "twinloop/address.hpp"

namespace twinloop {

namespace {

rc::Gen<address> any_address() {
  // Zero groups are common in practice and the hard part of the format.
  auto byte = rc::gen::weightedOneOf<std::uint8_t>(
      {{2, rc::gen::just<std::uint8_t>(0)}, {1, rc::gen::arbitrary<std::uint8_t>()}});
  return rc::gen::map(rc::gen::tuple(rc::gen::arbitrary<bool>(), rc::gen::arbitrary<std::uint16_t>(),
                                     rc::gen::container<std::array<std::uint8_t, 16>>(byte)),
                      [](const std::tuple<bool, std::uint16_t, std::array<std::uint8_t, 16>>& drawn) {
                        auto [six, port, bytes] = drawn;
                        if (!six) return address::ipv4(bytes[0], bytes[1], bytes[2], bytes[3], port);
                        address made = address::any_ipv6(port);
                        made.bytes = bytes;
                        return made;
                      });
}

}  // namespace

TEST(address_property, written_and_read_back_is_the_same) {
  EXPECT_TRUE(rc::check([] {
    address drawn = *any_address();
    std::string text = drawn.text();
    result<address> read = address::parse(text);
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == drawn);
    RC_ASSERT(read->text() == text);
  }));
}

TEST(address_property, any_text_is_read_or_refused_and_what_is_read_is_stable) {
  EXPECT_TRUE(rc::check([] {
    std::string text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789abcdef:.[]% ")));
    result<address> read = address::parse(text);
    RC_CLASSIFY(read.has_value());
    if (read) RC_ASSERT(*address::parse(read->text()) == *read);
    if (!read) RC_ASSERT(read.error() == errc::invalid_argument);
  }));
}

}  // namespace twinloop
