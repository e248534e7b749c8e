// Goal: requests are understood however the bytes are cut, limits hold, and errors are Redis' own.
// Method: fixed byte strings, each fed whole and in all ways of cutting it in two, and byte by byte.
#include "scenarios/kv/resp_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kv {
namespace {

using requests = std::vector<std::vector<std::string>>;

/// Takes all requests that are there; appends "error: ..." as a request of its own when the parser fails.
void drain(resp_parser& parser, requests& out) {
  while (true) {
    resp_parser::outcome reached = parser.next();
    if (reached == resp_parser::outcome::incomplete) return;
    if (reached == resp_parser::outcome::failed) {
      out.push_back({"error: " + parser.error()});
      return;
    }
    out.emplace_back(parser.arguments().begin(), parser.arguments().end());
  }
}

requests parse(std::string_view bytes, resp_limits limits = {}) {
  resp_parser parser(limits);
  requests out;
  parser.feed(bytes);
  drain(parser, out);
  return out;
}

std::string error_of(std::string_view bytes, resp_limits limits = {}) {
  requests out = parse(bytes, limits);
  return out.empty() ? "" : out.back().at(0);
}

const std::string mixed =
    "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\nb\n\r\n"
    "PING\r\n"
    "*0\r\n\r\n"
    "*1\r\n$4\r\nPING\r\n"
    "set 'a b' \"\\x41\\n\"\n"
    "*2\r\n$3\r\nGET\r\n$0\r\n\r\n";
const requests mixed_requests = {{"SET", "k", "a\r\nb\n"}, {"PING"}, {"PING"}, {"set", "a b", "A\n"}, {"GET", ""}};

TEST(resp_parser, understands_arrays_and_inline_commands) { EXPECT_EQ(parse(mixed), mixed_requests); }

TEST(resp_parser, gives_the_same_requests_however_the_bytes_are_cut) {
  for (std::size_t cut = 0; cut <= mixed.size(); ++cut) {
    resp_parser parser;
    requests out;
    parser.feed(std::string_view(mixed).substr(0, cut));
    drain(parser, out);
    parser.feed(std::string_view(mixed).substr(cut));
    drain(parser, out);
    EXPECT_EQ(out, mixed_requests) << "cut at " << cut;
  }
  resp_parser parser;
  requests out;
  for (char byte : mixed) {
    parser.feed({&byte, 1});
    drain(parser, out);
  }
  EXPECT_EQ(out, mixed_requests);
  EXPECT_EQ(parser.buffered(), 0u);
}

TEST(resp_parser, takes_a_million_byte_key_in_small_pieces) {
  const std::string key(1'000'000, 'k');
  const std::string bytes = "*2\r\n$3\r\nGET\r\n$1000000\r\n" + key + "\r\n";
  resp_parser parser;
  requests out;
  for (std::size_t at = 0; at < bytes.size(); at += 1000) {
    parser.feed(std::string_view(bytes).substr(at, 1000));
    drain(parser, out);
  }
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0], (std::vector<std::string>{"GET", key}));
}

TEST(resp_parser, names_protocol_errors_as_redis_does) {
  EXPECT_EQ(error_of("*x\r\n"), "error: Protocol error: invalid multibulk length");
  EXPECT_EQ(error_of("*1048577\r\n"), "error: Protocol error: invalid multibulk length");
  EXPECT_EQ(error_of("*1\r\nPING\r\n"), "error: Protocol error: expected '$', got 'P'");
  EXPECT_EQ(error_of("*1\r\n$-1\r\n"), "error: Protocol error: invalid bulk length");
  EXPECT_EQ(error_of("*1\r\n$99999999999\r\n"), "error: Protocol error: invalid bulk length");
  EXPECT_EQ(error_of("*1\r\n$ 4\r\n"), "error: Protocol error: invalid bulk length");
  EXPECT_EQ(error_of("set \"a\r\n"), "error: Protocol error: unbalanced quotes in request");
  EXPECT_EQ(error_of("set \"a\"b\r\n"), "error: Protocol error: unbalanced quotes in request");
}

TEST(resp_parser, refuses_lines_and_requests_beyond_its_limits) {
  resp_limits small;
  small.inline_bytes = 16;
  small.bulk_bytes = 100;
  small.request_bytes = 150;
  EXPECT_EQ(error_of(std::string(17, 'x'), small), "error: Protocol error: too big inline request");
  EXPECT_EQ(error_of("xxxxxxxxxxxxxxxxx\n", small), "error: Protocol error: too big inline request");
  EXPECT_EQ(error_of("*" + std::string(17, '1'), small), "error: Protocol error: too big mbulk count string");
  EXPECT_EQ(error_of("*1\r\n$" + std::string(17, '1'), small), "error: Protocol error: too big bulk count string");
  EXPECT_EQ(error_of("*1\r\n$101\r\n", small), "error: Protocol error: invalid bulk length");
  const std::string hundred = "$100\r\n" + std::string(100, 'x') + "\r\n";
  EXPECT_EQ(parse("*1\r\n" + hundred, small).at(0).at(0).size(), 100u);
  EXPECT_EQ(error_of("*2\r\n" + hundred + hundred, small), "error: Protocol error: too big request");
}

TEST(resp_parser, skips_requests_without_arguments) {
  EXPECT_EQ(parse("\r\n\n*0\r\n*-1\r\n   \r\nPING\r\n"), (requests{{"PING"}}));
}

TEST(resp_parser, stays_failed_after_an_error) {
  resp_parser parser;
  parser.feed("*x\r\n");
  EXPECT_EQ(parser.next(), resp_parser::outcome::failed);
  parser.feed("PING\r\n");
  EXPECT_EQ(parser.next(), resp_parser::outcome::failed);
}

TEST(parse_integer, takes_only_what_redis_takes) {
  std::int64_t value = 0;
  EXPECT_TRUE(parse_integer("0", value));
  EXPECT_EQ(value, 0);
  EXPECT_TRUE(parse_integer("-9223372036854775808", value));
  EXPECT_EQ(value, std::numeric_limits<std::int64_t>::min());
  for (const char* wrong : {"", "-", "+1", " 1", "1 ", "01", "-0", "0x1", "9223372036854775808", "1.0"}) {
    EXPECT_FALSE(parse_integer(wrong, value)) << wrong;
  }
}

}  // namespace
}  // namespace kv
