// The page cache over durable state: what a power failure may and may not take.
#include <gtest/gtest.h>

#include "tests/unit/sim/disk_failures.hpp"

namespace twinloop::sim {
namespace {

constexpr std::uint32_t create = open_read_write | open_create;
std::uint32_t keep(std::string_view, std::uint32_t) { return 0; }
std::uint32_t lose(std::string_view, std::uint32_t n) { return n == 3 ? 1 : n - 1; }

TEST(disk, a_power_failure_keeps_everything_when_nothing_is_chosen_to_be_lost) {
  disk disk;
  auto file = *disk.open("/a", create, 0644, 0);
  (void)disk.write(*file, bytes("hello"), 0, 0);
  disk.power_failure(keep);
  EXPECT_EQ(contents(disk, "/a"), "hello");
}

TEST(disk, what_was_synced_survives_every_power_failure) {
  disk disk;
  auto file = *disk.open("/a", create, 0644, 0);
  (void)disk.write(*file, bytes("hello"), 0, 0);
  disk.sync(*file);
  EXPECT_TRUE(disk.sync_directory("/"));
  (void)disk.write(*file, bytes("HELLO, more"), 0, 0);
  disk.power_failure(lose);
  EXPECT_EQ(contents(disk, "/a"), "hello");
}

TEST(disk, a_file_whose_directory_was_not_synced_can_vanish) {
  disk disk;
  auto file = *disk.open("/a", create, 0644, 0);
  disk.sync(*file);
  disk.power_failure(lose);
  EXPECT_EQ(disk.open("/a", open_read, 0, 0).error(), errc::not_found);
}

TEST(disk, a_torn_page_keeps_its_first_half) {
  disk disk;
  auto file = *disk.open("/a", create, 0644, 0);
  disk.settle();
  (void)disk.write(*file, bytes(std::string(8, 'x')), 0, 0);
  disk.power_failure([](std::string_view, std::uint32_t n) { return n == 3 ? 2u : 0u; });
  EXPECT_EQ(contents(disk, "/a"), "xxxx");
}

TEST(disk, a_full_disk_takes_what_fits_and_then_refuses) {
  disk disk;
  disk.byte_limit = 10;
  auto file = *disk.open("/a", create, 0644, 0);
  EXPECT_EQ(*disk.write(*file, bytes("12345678"), 0, 0), 8u);
  EXPECT_EQ(*disk.write(*file, bytes("12345678"), 8, 0), 2u);
  EXPECT_EQ(disk.write(*file, bytes("1"), 10, 0).error(), errc::no_space);
  ASSERT_TRUE(disk.unlink("/a"));
  auto other = *disk.open("/b", create, 0644, 0);
  EXPECT_EQ(*disk.write(*other, bytes("1234567890"), 0, 0), 10u);
}

}  // namespace
}  // namespace twinloop::sim
