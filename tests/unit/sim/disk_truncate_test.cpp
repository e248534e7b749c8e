// Sizes and a power failure: truncations that were not synced are kept or lost in order. Every case goes through all
// answers; all zeros must leave what was cached.
#include <gtest/gtest.h>

#include "tests/unit/sim/disk_failures.hpp"

namespace twinloop::sim {
namespace {

using outcomes = std::map<answers, std::string>;

outcomes every_outcome(std::string_view durable, const std::function<void(disk&, inode&)>& change) {
  const auto prepare = [&](disk& made) {
    add_file(made, "/f", durable);
    change(made, **made.open("/f", open_read_write, 0, 0));
  };
  return every_failure(prepare, [](disk& failed) { return contents(failed, "/f"); });
}

std::string zeros(std::size_t count) { return std::string(count, '\0'); }
std::string olds(std::size_t count) { return std::string(count, 'o'); }

TEST(disk_truncate, a_cut_is_kept_or_lost) {
  EXPECT_EQ(every_outcome(olds(1000), [](disk& on, inode& file) { (void)on.truncate(file, 100, 0); }),
            (outcomes{{{0}, olds(100)}, {{1}, olds(1000)}}));
  EXPECT_EQ(every_outcome(olds(5000), [](disk& on, inode& file) { (void)on.truncate(file, 4096, 0); }),
            (outcomes{{{0}, olds(4096)}, {{1}, olds(5000)}}));
}

TEST(disk_truncate, an_extension_is_kept_or_lost) {
  EXPECT_EQ(every_outcome("0123456789", [](disk& on, inode& file) { (void)on.truncate(file, 5000, 0); }),
            (outcomes{{{0}, "0123456789" + zeros(4990)}, {{1}, "0123456789"}}));
}

TEST(disk_truncate, what_is_written_after_opening_with_truncation_does_not_outlive_the_truncation) {
  const auto rewrite = [](disk& on, inode&) {
    (void)on.write(**on.open("/f", open_write | open_truncate, 0, 0), bytes("new"), 0, 0);
  };
  EXPECT_EQ(every_outcome("0123456789", rewrite),
            (outcomes{{{0, 0}, "new"}, {{0, 1}, ""}, {{0, 2}, "n"}, {{1}, "0123456789"}}));
}

TEST(disk_truncate, what_is_written_beyond_an_extension_does_not_outlive_it) {
  const auto extend = [](disk& on, inode& file) {
    (void)on.truncate(file, 5000, 0);
    (void)on.write(file, bytes("tail"), 5000, 0);
  };
  EXPECT_EQ(every_outcome("0123456789", extend), (outcomes{{{0, 0}, "0123456789" + zeros(4990) + "tail"},
                                                           {{0, 1}, "0123456789" + zeros(4990)},
                                                           {{0, 2}, "0123456789" + zeros(4990)},
                                                           {{1}, "0123456789"}}));
}

TEST(disk_truncate, a_page_that_stays_is_written_in_place_whether_or_not_the_cut_is_lost) {
  const auto change = [](disk& on, inode& file) {
    (void)on.write(file, bytes("new"), 0, 0);
    (void)on.truncate(file, 100, 0);
  };
  const std::string page = "new" + olds(97);
  EXPECT_EQ(every_outcome(olds(1000), change), (outcomes{{{0, 0}, page},
                                                         {{0, 1}, olds(100)},
                                                         {{0, 2}, page},
                                                         {{1, 0}, page + zeros(900)},
                                                         {{1, 1}, olds(1000)},
                                                         {{1, 2}, page + zeros(400) + olds(500)}}));
}

TEST(disk_truncate, several_are_lost_from_the_end) {
  const auto change = [](disk& on, inode& file) {
    (void)on.truncate(file, 4, 0);
    (void)on.truncate(file, 10, 0);
  };
  EXPECT_EQ(every_outcome("0123456789", change),
            (outcomes{{{0}, "0123" + zeros(6)}, {{1}, "0123"}, {{2}, "0123456789"}}));
}

TEST(disk_truncate, what_was_cut_off_reads_as_zeros_when_the_file_is_extended_and_synced) {
  const auto change = [](disk& on, inode& file) {
    (void)on.truncate(file, 0, 0);
    (void)on.truncate(file, 10000, 0);
    on.sync(file);
    (void)on.truncate(file, 9000, 0);  // so that a failure may bring back what is durable
  };
  EXPECT_EQ(every_outcome(olds(10000), change), (outcomes{{{0}, zeros(9000)}, {{1}, zeros(10000)}}));
}

TEST(disk_truncate, nothing_is_asked_about_a_size_that_does_not_change_or_was_synced) {
  EXPECT_EQ(every_outcome("same", [](disk& on, inode& file) { (void)on.truncate(file, 4, 0); }),
            (outcomes{{{}, "same"}}));
  const auto synced = [](disk& on, inode& file) {
    (void)on.truncate(file, 2, 0);
    on.sync(file);
  };
  EXPECT_EQ(every_outcome("same", synced), (outcomes{{{}, "sa"}}));
}

}  // namespace
}  // namespace twinloop::sim
