// Calls on paths: directories, renaming, removing, status, and what each of them refuses.
#include "tests/contract/files.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(file_paths);

namespace {

void make_file(loop& loop, const std::string& path, const std::string& text = "") {
  open_file(loop, path, open_write | open_create).write(text, 0);
}

}  // namespace

TEST_P(file_paths, status_tells_type_size_and_identity) {
  run([this](loop& loop) {
    paths calls(loop);
    make_file(loop, path("a"), "12345");
    make_file(loop, path("b"));
    auto a = calls.status(path("a")), b = calls.status(path("b")), directory = calls.status(here().directory());
    ASSERT_TRUE(a && b && directory);
    EXPECT_EQ(a->type, file_type::regular);
    EXPECT_EQ(a->size, 5u);
    EXPECT_NE(a->identity, b->identity);
    EXPECT_EQ(directory->type, file_type::directory);
    EXPECT_EQ(calls.status(path("none")).error(), errc::not_found);
    EXPECT_EQ(calls.status(path("a/b")).error(), errc::not_a_directory);
    open_file opened(loop, path("a"), open_read);
    EXPECT_EQ(opened.status().identity, a->identity);
  });
}

TEST_P(file_paths, status_tells_when_a_file_was_changed) {
  run([this](loop& loop) {
    paths calls(loop);
    wall_time before = loop.wall() - 1min;  // file systems keep coarser time than clocks
    make_file(loop, path("a"), "x");
    auto status = calls.status(path("a"));
    ASSERT_TRUE(status);
    EXPECT_GE(status->modified, before);
    EXPECT_LE(status->modified, loop.wall() + 1min);
  });
}

TEST_P(file_paths, list_is_sorted_and_complete) {
  run([this](loop& loop) {
    paths calls(loop);
    auto empty = calls.list(here().directory());
    ASSERT_TRUE(empty);
    EXPECT_TRUE(empty->empty());
    for (const char* name : {"b", "a", "c.txt", "B", "10", "9"}) make_file(loop, path(name));
    ASSERT_EQ(calls.make_directory(path("d")), errc::ok);
    make_file(loop, path("d/inside"));
    auto listed = calls.list(here().directory());
    ASSERT_TRUE(listed);
    std::string names;
    for (const directory_entry& each : *listed) {
      names += each.name + " ";
      EXPECT_EQ(each.type, each.name == "d" ? file_type::directory : file_type::regular) << each.name;
    }
    EXPECT_EQ(names, "10 9 B a b c.txt d ");
    EXPECT_EQ(calls.list(path("none")).error(), errc::not_found);
    EXPECT_EQ(calls.list(path("a")).error(), errc::not_a_directory);
  });
}

TEST_P(file_paths, directories_are_made_and_removed) {
  run([this](loop& loop) {
    paths calls(loop);
    EXPECT_EQ(calls.make_directory(path("d")), errc::ok);
    EXPECT_EQ(calls.make_directory(path("d")), errc::already_exists);
    EXPECT_EQ(calls.make_directory(path("none/d")), errc::not_found);
    make_file(loop, path("f"));
    EXPECT_EQ(calls.make_directory(path("f")), errc::already_exists);
    EXPECT_EQ(calls.make_directory(path("f/d")), errc::not_a_directory);
    make_file(loop, path("d/x"));
    EXPECT_EQ(calls.remove_directory(path("d")), errc::directory_not_empty);
    EXPECT_EQ(calls.unlink(path("d/x")), errc::ok);
    EXPECT_EQ(calls.remove_directory(path("d")), errc::ok);
    EXPECT_EQ(calls.remove_directory(path("d")), errc::not_found);
    EXPECT_EQ(calls.remove_directory(path("f")), errc::not_a_directory);
  });
}

TEST_P(file_paths, unlink_removes_a_name_and_leaves_open_files_alone) {
  run([this](loop& loop) {
    paths calls(loop);
    open_file opened(loop, path("f"), open_read_write | open_create);
    opened.write("still here", 0);
    EXPECT_EQ(calls.unlink(path("f")), errc::ok);
    EXPECT_EQ(calls.unlink(path("f")), errc::not_found);
    EXPECT_EQ(calls.status(path("f")).error(), errc::not_found);
    EXPECT_EQ(opened.read(0, 100), "still here");
    opened.write("STILL", 0);
    EXPECT_EQ(opened.read(0, 100), "STILL here");
    make_file(loop, path("f"), "new");
    EXPECT_EQ(opened.read(0, 100), "STILL here");
  });
}

TEST_P(file_paths, unlink_of_a_directory_is_refused) {
  run([this](loop& loop) {
    paths calls(loop);
    ASSERT_EQ(calls.make_directory(path("d")), errc::ok);
    EXPECT_EQ(calls.unlink(path("d")), errc::is_a_directory);
  });
}

TEST_P(file_paths, rename_moves_a_file_with_its_identity) {
  run([this](loop& loop) {
    paths calls(loop);
    make_file(loop, path("a"), "content");
    auto before = calls.status(path("a"));
    EXPECT_EQ(calls.rename(path("a"), path("b")), errc::ok);
    EXPECT_EQ(calls.status(path("a")).error(), errc::not_found);
    auto after = calls.status(path("b"));
    ASSERT_TRUE(before && after);
    EXPECT_EQ(before->identity, after->identity);
    EXPECT_EQ(open_file(loop, path("b"), open_read).read(0, 100), "content");
    EXPECT_EQ(calls.rename(path("a"), path("c")), errc::not_found);
  });
}

TEST_P(file_paths, rename_replaces_the_target_and_leaves_its_open_files_alone) {
  run([this](loop& loop) {
    paths calls(loop);
    open_file old(loop, path("b"), open_read_write | open_create);
    old.write("old", 0);
    make_file(loop, path("a"), "new");
    EXPECT_EQ(calls.rename(path("a"), path("b")), errc::ok);
    EXPECT_EQ(old.read(0, 10), "old");
    EXPECT_EQ(open_file(loop, path("b"), open_read).read(0, 10), "new");
    EXPECT_EQ(calls.rename(path("b"), path("b")), errc::ok);
    EXPECT_EQ(open_file(loop, path("b"), open_read).read(0, 10), "new");
  });
}

TEST_P(file_paths, rename_of_directories_follows_the_rules_of_posix) {
  run([this](loop& loop) {
    paths calls(loop);
    ASSERT_EQ(calls.make_directory(path("full")), errc::ok);
    make_file(loop, path("full/inside"), "kept");
    ASSERT_EQ(calls.make_directory(path("empty")), errc::ok);
    make_file(loop, path("file"));
    EXPECT_EQ(calls.rename(path("empty"), path("full")), errc::directory_not_empty);
    EXPECT_EQ(calls.rename(path("file"), path("empty")), errc::is_a_directory);
    EXPECT_EQ(calls.rename(path("empty"), path("file")), errc::not_a_directory);
    EXPECT_EQ(calls.rename(path("full"), path("full/below")), errc::invalid_argument);
    EXPECT_EQ(calls.rename(path("full"), path("empty")), errc::ok);
    EXPECT_EQ(open_file(loop, path("empty/inside"), open_read).read(0, 10), "kept");
    EXPECT_EQ(calls.status(path("full")).error(), errc::not_found);
  });
}

TEST_P(file_paths, sync_of_a_directory_works_on_directories_only) {
  run([this](loop& loop) {
    paths calls(loop);
    make_file(loop, path("f"));
    EXPECT_EQ(calls.sync_directory(here().directory()), errc::ok);
    EXPECT_EQ(calls.sync_directory(path("none")), errc::not_found);
    EXPECT_EQ(calls.sync_directory(path("f")), errc::not_a_directory);
  });
}

TEST_P(file_paths, that_point_up_and_nowhere_are_followed) {
  run([this](loop& loop) {
    paths calls(loop);
    ASSERT_EQ(calls.make_directory(path("d")), errc::ok);
    make_file(loop, path("f"), "found");
    EXPECT_EQ(open_file(loop, path("d/../f"), open_read).read(0, 10), "found");
    EXPECT_EQ(open_file(loop, path("./d/.././/f"), open_read).read(0, 10), "found");
    EXPECT_EQ(calls.status(path("none/../f")).error(), errc::not_found);
  });
}

TEST_P(file_paths, of_a_file_keep_its_mode) {
  run([this](loop& loop) {
    paths calls(loop);
    ASSERT_EQ(calls.make_directory(path("private"), 0700), errc::ok);
    EXPECT_EQ(calls.status(path("private"))->mode, 0700u);
  });
}

}  // namespace twinloop::contract
