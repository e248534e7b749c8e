// Places and labels.
#include "twinloop/origin.hpp"

#include <gtest/gtest.h>

#include <string>

#include "twinloop/op.hpp"

namespace twinloop {

namespace {

where place_of_caller(where at = where::here()) { return at; }

}  // namespace

TEST(origin, here_is_the_callers_place) {
  where at = place_of_caller();
  EXPECT_EQ(at.line, static_cast<std::uint32_t>(__LINE__ - 1));
  EXPECT_NE(std::string(at.file).find("origin_test.cpp"), std::string::npos);
}

TEST(label, hashes_its_text_as_fnv_1a_does) {
  // Test vectors of the algorithm's authors (draft-eastlake-fnv, 64-bit FNV-1a).
  EXPECT_EQ(label("").hash(), 0xcbf29ce484222325ull);
  EXPECT_EQ(label("a").hash(), 0xaf63dc4c8601ec8cull);
  EXPECT_EQ(label("foobar").hash(), 0x85944171f73967e8ull);
  static_assert(label("compile time").hash() == hash_name("compile time"));
}

TEST(label, is_empty_by_default) {
  EXPECT_STREQ(label().text(), "");
  EXPECT_EQ(label().hash(), label("").hash());
}

TEST(names, of_operations_and_file_calls_are_those_of_their_enumerators) {
  EXPECT_STREQ(name(op_kind::accept), "accept");
  EXPECT_STREQ(name(op_kind::work), "work");
  EXPECT_STREQ(name(file_call::read_at), "read_at");
  EXPECT_STREQ(name(file_call::sync_directory), "sync_directory");
}

}  // namespace twinloop
