// Goal: the command line is read or refused with a reason.
#include "scenarios/kv/options.hpp"

#include <gtest/gtest.h>

namespace kv {
namespace {

TEST(options, are_read) {
  options read;
  EXPECT_EQ(parse_options({"--bind", "::1", "--port", "0", "--dir", "/d", "--port-file", "/p", "--compact-at", "10",
                           "--bug", "ack_before_sync"},
                          read),
            "");
  EXPECT_EQ(read.bind, twinloop::address::loopback_ipv6(0));
  EXPECT_EQ(read.directory, "/d");
  EXPECT_EQ(read.port_file, "/p");
  EXPECT_EQ(read.compact_at, 10u);
  EXPECT_TRUE(read.broken.ack_before_sync);
  EXPECT_FALSE(read.broken.reply_overtakes);
}

TEST(options, wrong_ones_are_named) {
  options read;
  EXPECT_EQ(parse_options({"--prot", "1"}, read), "unknown option '--prot'");
  EXPECT_EQ(parse_options({"--port"}, read), "option --port needs a value: N");
  EXPECT_EQ(parse_options({"--port", "65536"}, read), "option --port: '65536' is not a port number from 0 to 65535");
  EXPECT_EQ(parse_options({"--bind", "localhost"}, read), "option --bind: 'localhost' is not an IPv4 or IPv6 address");
  EXPECT_EQ(parse_options({"--bug", "no"}, read), "option --bug: 'no' is not the name of a bug (see --help)");
  EXPECT_NE(parse_options({"--compact-at", "-1"}, read), "");
  EXPECT_NE(parse_options({"--dir", ""}, read), "");
}

TEST(options, usage_names_every_option_and_bug) {
  std::string text = usage();
  for (const char* name : {"--bind", "--port", "--dir", "--port-file", "--compact-at", "--bug", "--help"}) {
    EXPECT_NE(text.find(name), std::string::npos) << name;
  }
  for (const bug_description& bug : all_bugs()) EXPECT_NE(text.find(bug.name), std::string::npos) << bug.name;
}

}  // namespace
}  // namespace kv
