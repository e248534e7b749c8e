// Addresses as text: what is read, what is refused, what is written.
#include "twinloop/address.hpp"

#include <gtest/gtest.h>

namespace twinloop {

TEST(address, reads_ipv4_with_and_without_a_port) {
  EXPECT_EQ(*address::parse("1.2.3.4:80"), address::ipv4(1, 2, 3, 4, 80));
  EXPECT_EQ(*address::parse("1.2.3.4"), address::ipv4(1, 2, 3, 4, 0));
  EXPECT_EQ(*address::parse("1.2.3.4", 99), address::ipv4(1, 2, 3, 4, 99));
  EXPECT_EQ(*address::parse("255.255.255.255:65535"), address::ipv4(255, 255, 255, 255, 65535));
  EXPECT_EQ(*address::parse("0.0.0.0:0"), address::any(0));
}

TEST(address, reads_ipv6_with_and_without_a_port) {
  EXPECT_EQ(*address::parse("::1"), address::loopback_ipv6(0));
  EXPECT_EQ(*address::parse("[::1]:80"), address::loopback_ipv6(80));
  EXPECT_EQ(*address::parse("[::1]", 7), address::loopback_ipv6(7));
  EXPECT_EQ(*address::parse("::"), address::any_ipv6(0));
  address full = *address::parse("2001:db8:0:1:2:3:4:5");
  EXPECT_EQ(full.bytes, (std::array<std::uint8_t, 16>{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5}));
  EXPECT_EQ(*address::parse("2001:DB8::"), *address::parse("2001:db8:0:0:0:0:0:0"));
  address mapped = *address::parse("::ffff:1.2.3.4");
  EXPECT_EQ(mapped.bytes, (std::array<std::uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4}));
}

TEST(address, refuses_everything_else) {
  for (const char* text : {"",
                           ":",
                           ":80",
                           "1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "256.1.1.1",
                           "1.2.3.-4",
                           "1.2.3.4:",
                           "1.2.3.4:x",
                           "1.2.3.4:65536",
                           "1.2.3.4:-1",
                           "1.2.3.4:80 ",
                           " 1.2.3.4",
                           "a.b.c.d",
                           "localhost",
                           "[::1",
                           "::1]",
                           "[::1]80",
                           "[::1]:",
                           "[::1]:99999",
                           ":::",
                           "1::2::3",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "12345::",
                           "g::",
                           "[1.2.3.4]:80",
                           "1.2.3.4:80:90",
                           "1..2.3",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "[]:80",
                           "::1.2.3",
                           "01.2.3.4x"}) {
    EXPECT_EQ(address::parse(text).error(), errc::invalid_argument) << '"' << text << '"';
  }
  EXPECT_EQ(address::parse(std::string(100000, '1')).error(), errc::invalid_argument);
  EXPECT_EQ(address::parse(std::string_view("1.2.3.4\0", 8)).error(), errc::invalid_argument);
}

TEST(address, writes_what_it_reads) {
  EXPECT_EQ(address::ipv4(1, 2, 3, 4, 80).text(), "1.2.3.4:80");
  EXPECT_EQ(address::loopback_ipv6(80).text(), "[::1]:80");
  EXPECT_EQ(address::any_ipv6(1).text(), "[::]:1");
  EXPECT_EQ(address{}.text(), "none");
}

TEST(address, writes_ipv6_in_the_canonical_form_of_rfc_5952) {
  const char* pairs[][2] = {{"2001:db8:0:0:1:0:0:1", "[2001:db8::1:0:0:1]:0"},     // the first of equal runs
                            {"2001:0db8::0001", "[2001:db8::1]:0"},                // no leading zeros
                            {"2001:db8:0:1:1:1:1:1", "[2001:db8:0:1:1:1:1:1]:0"},  // one group is not shortened
                            {"1:0:0:2:0:0:0:3", "[1:0:0:2::3]:0"},                 // the longest run
                            {"ABCD::", "[abcd::]:0"}};                             // lower case
  for (auto [text, canonical] : pairs) EXPECT_EQ(address::parse(text)->text(), canonical);
}

TEST(address, knows_loopback_and_any) {
  EXPECT_TRUE(address::loopback(1).is_loopback());
  EXPECT_TRUE(address::ipv4(127, 9, 9, 9, 1).is_loopback());
  EXPECT_TRUE(address::loopback_ipv6(1).is_loopback());
  EXPECT_FALSE(address::ipv4(128, 0, 0, 1, 1).is_loopback());
  EXPECT_FALSE(address::parse("::2")->is_loopback());
  EXPECT_TRUE(address::any(1).is_any());
  EXPECT_TRUE(address::any_ipv6(1).is_any());
  EXPECT_FALSE(address::loopback(1).is_any());
  EXPECT_FALSE(address{}.is_loopback());
}

TEST(address, compares_all_of_its_parts) {
  EXPECT_EQ(address::loopback(1), address::loopback(1));
  EXPECT_NE(address::loopback(1), address::loopback(2));
  EXPECT_NE(address::any(1), address::any_ipv6(1));
  EXPECT_LT(address::ipv4(1, 2, 3, 4, 5), address::loopback_ipv6(0));
}

}  // namespace twinloop
