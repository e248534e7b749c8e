// Renames and a power failure: each is kept or lost as a whole, and never takes the file with it. Every case goes
// through all answers.
#include <gtest/gtest.h>

#include "tests/unit/sim/disk_failures.hpp"

namespace twinloop::sim {
namespace {

using files = std::map<std::string, std::string>;
using outcomes = std::map<answers, files>;

/// Directories /a, /b and /c, and the file /a/f.
outcomes every_outcome(const std::function<void(disk&)>& change) {
  const auto prepare = [&](disk& made) {
    for (const char* path : {"/a", "/b", "/c"}) ASSERT_TRUE(made.make_directory(path, 0755, 0));
    add_file(made, "/a/f", "x");
    change(made);
  };
  return every_failure(prepare, all_files);
}

void move(disk& on, std::string_view from, std::string_view to) { ASSERT_TRUE(on.rename(from, to)); }

TEST(disk_rename, within_a_directory_is_kept_or_lost_as_a_whole) {
  const auto replace = [](disk& on) {
    add_file(on, "/a/old", "y");
    move(on, "/a/f", "/a/old");
  };
  EXPECT_EQ(every_outcome(replace), (outcomes{{{0}, {{"/a/old", "x"}}}, {{1}, {{"/a/f", "x"}, {"/a/old", "y"}}}}));
}

TEST(disk_rename, across_directories_is_kept_or_lost_as_a_whole) {
  EXPECT_EQ(every_outcome([](disk& on) { move(on, "/a/f", "/b/g"); }),
            (outcomes{{{0}, {{"/b/g", "x"}}}, {{1}, {{"/a/f", "x"}}}}));
  const auto replace = [](disk& on) {
    add_file(on, "/b/g", "y");
    move(on, "/a/f", "/b/g");
  };
  EXPECT_EQ(every_outcome(replace), (outcomes{{{0}, {{"/b/g", "x"}}}, {{1}, {{"/a/f", "x"}, {"/b/g", "y"}}}}));
}

TEST(disk_rename, several_across_directories_are_lost_from_the_end) {
  const auto there_and_on = [](disk& on) {
    move(on, "/a/f", "/b/f");
    move(on, "/b/f", "/c/f");
  };
  EXPECT_EQ(every_outcome(there_and_on),
            (outcomes{{{0}, {{"/c/f", "x"}}}, {{1}, {{"/b/f", "x"}}}, {{2}, {{"/a/f", "x"}}}}));
}

TEST(disk_rename, into_a_new_directory_is_not_kept_without_the_directory) {
  const auto change = [](disk& on) {
    ASSERT_TRUE(on.make_directory("/new", 0755, 0));
    move(on, "/a/f", "/new/f");
  };
  const files lost{{"/a/f", "x"}};
  EXPECT_EQ(every_outcome(change), (outcomes{{{0}, {{"/new/f", "x"}}}, {{1, 0}, lost}, {{1, 1}, lost}}));
}

TEST(disk_rename, out_of_a_directory_that_is_removed_then_is_not_lost_without_the_removal) {
  const auto change = [](disk& on) {
    move(on, "/a/f", "/b/f");
    ASSERT_TRUE(on.remove_directory("/a"));
  };
  const files kept{{"/b/f", "x"}};
  EXPECT_EQ(every_outcome(change), (outcomes{{{0, 0}, kept}, {{0, 1}, kept}, {{1}, {{"/a/f", "x"}}}}));
}

TEST(disk_rename, changes_between_two_across_directories_are_asked_about_when_the_second_is_lost) {
  const auto change = [](disk& on) {
    move(on, "/a/f", "/b/f");
    move(on, "/b/f", "/b/g");
    move(on, "/b/g", "/c/g");
  };
  EXPECT_EQ(
      every_outcome(change),
      (outcomes{{{0}, {{"/c/g", "x"}}}, {{1, 0}, {{"/b/g", "x"}}}, {{1, 1}, {{"/b/f", "x"}}}, {{2}, {{"/a/f", "x"}}}}));
}

TEST(disk_rename, is_durable_when_either_directory_is_synced) {
  for (const char* synced : {"/a", "/b"}) {
    const auto change = [&](disk& on) {
      move(on, "/a/f", "/b/f");
      ASSERT_TRUE(on.sync_directory(synced));
    };
    EXPECT_EQ(every_outcome(change), (outcomes{{{}, {{"/b/f", "x"}}}})) << synced;
  }
}

TEST(disk_rename, is_durable_when_a_directory_is_synced_that_was_changed_later) {
  const auto change = [](disk& on) {
    move(on, "/a/f", "/b/f");
    ASSERT_TRUE(on.remove_directory("/a"));
    ASSERT_TRUE(on.sync_directory("/"));
  };
  EXPECT_EQ(every_outcome(change), (outcomes{{{}, {{"/b/f", "x"}}}}));
}

TEST(disk_rename, is_not_durable_when_another_directory_is_synced) {
  const auto change = [](disk& on) {
    (void)on.open("/c/g", open_write | open_create, 0644, 0);
    move(on, "/a/f", "/b/f");
    ASSERT_TRUE(on.sync_directory("/c"));
  };
  EXPECT_EQ(every_outcome(change),
            (outcomes{{{0}, {{"/b/f", "x"}, {"/c/g", ""}}}, {{1}, {{"/a/f", "x"}, {"/c/g", ""}}}}));
}

}  // namespace
}  // namespace twinloop::sim
