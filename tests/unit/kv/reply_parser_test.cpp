// Goal: a client reads back what the server writes. Method: write every type of reply, cut the bytes everywhere.
#include "scenarios/kv/reply_parser.hpp"

#include <gtest/gtest.h>

#include "scenarios/kv/reply.hpp"

namespace kv {
namespace {

TEST(reply_parser, reads_back_every_type_however_it_is_cut) {
  std::string bytes;
  reply_simple(bytes, "OK");
  reply_error(bytes, "ERR two\r\nlines");
  reply_integer(bytes, -7);
  reply_bulk(bytes, "a\r\nb");
  reply_nil(bytes);
  reply_array(bytes, 2);
  reply_bulk(bytes, "");
  reply_integer(bytes, 1);
  reply_array(bytes, 0);
  const std::string expected = "+OK|-ERR two  lines|:-7|\"a\r\nb\"|nil|[\"\", :1]|[]|";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    reply_parser parser;
    std::string seen;
    reply answer;
    for (std::string_view part : {std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)}) {
      parser.feed(part);
      while (parser.next(answer) == reply_parser::outcome::reply) seen += describe(answer) + "|";
    }
    EXPECT_EQ(seen, expected) << "cut at " << cut;
    EXPECT_EQ(parser.buffered(), 0u);
  }
}

TEST(reply_parser, refuses_what_is_no_reply) {
  for (const char* wrong : {"?\r\n", "\r\n", ":x\r\n", "$-2\r\n", "*-2\r\n", "$1\r\nabc"}) {
    reply_parser parser;
    reply answer;
    parser.feed(wrong);
    EXPECT_EQ(parser.next(answer), reply_parser::outcome::failed) << wrong;
  }
}

}  // namespace
}  // namespace kv
