// Goal: what is written is read back, and no damage passes. Method: every single changed byte, every cut, and the
// right bytes in the wrong place.
#include "scenarios/kv/frame.hpp"

#include <gtest/gtest.h>

#include "scenarios/kv/change.hpp"
#include "scenarios/kv/checksum.hpp"

namespace kv {
namespace {

std::string sample_frame(std::uint64_t position) {
  std::string frame = begin_frame();
  encode({change_kind::set, "key", "value", 1234567890123}, frame);
  encode({change_kind::erase, "gone"}, frame);
  seal_frame(frame, frame_type::changes, 41, 2, position);
  return frame;
}

TEST(checksum, is_crc32c) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);  // the check value that is published for this polynomial
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("56789", crc32c("1234")), crc32c("123456789"));
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, B.4
}

TEST(frame, gives_back_what_was_sealed) {
  std::string bytes = sample_frame(100) + "more";
  frame_view seen;
  frame_result looked = check_frame(bytes, 100, seen);
  ASSERT_EQ(looked.check, frame_check::good);
  EXPECT_EQ(looked.needed_bytes, bytes.size() - 4);
  EXPECT_EQ(seen.sequence, 41u);
  EXPECT_EQ(seen.count, 2u);
  std::string_view rest = seen.payload;
  change made;
  ASSERT_TRUE(decode(rest, made));
  EXPECT_EQ(made.key, "key");
  EXPECT_EQ(made.value, "value");
  EXPECT_EQ(made.expires, 1234567890123);
  ASSERT_TRUE(decode(rest, made));
  EXPECT_EQ(made.kind, change_kind::erase);
  EXPECT_EQ(made.key, "gone");
  EXPECT_TRUE(rest.empty());
  EXPECT_FALSE(decode(rest, made));
}

TEST(frame, is_broken_by_any_changed_byte) {
  const std::string good = sample_frame(0);
  frame_view seen;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
    EXPECT_NE(check_frame(bytes, 0, seen).check, frame_check::good) << "byte " << at;
  }
}

TEST(frame, is_not_taken_before_it_is_whole) {
  const std::string good = sample_frame(0);
  frame_view seen;
  for (std::size_t size = 0; size < good.size(); ++size) {
    frame_result looked = check_frame(std::string_view(good).substr(0, size), 0, seen);
    EXPECT_EQ(looked.check, frame_check::short_of_bytes) << size;
    EXPECT_GT(looked.needed_bytes, size);
  }
}

TEST(frame, counts_only_where_it_was_written) {
  frame_view seen;
  EXPECT_EQ(check_frame(sample_frame(4096), 0, seen).check, frame_check::broken);
}

TEST(change, refuses_sizes_beyond_its_bytes) {
  std::string bytes;
  encode({change_kind::set, "key", "value"}, bytes);
  change made;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view cut = std::string_view(bytes).substr(0, size);
    EXPECT_FALSE(decode(cut, made)) << size;
    EXPECT_EQ(cut.size(), size);
  }
  put_integer(bytes.data() + 1, 0xffffffff, 4);
  std::string_view huge = bytes;
  EXPECT_FALSE(decode(huge, made));
}

}  // namespace
}  // namespace kv
