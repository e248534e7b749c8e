// What fuzzers begin with is in the repository, and of today's formats.
#include <gtest/gtest.h>

#include <filesystem>

#include "twinloop/testing.hpp"

namespace {
namespace fs = std::filesystem;

TEST(corpus, of_replay_files_is_read_without_complaint) {
  std::size_t files = 0;
  for (const fs::directory_entry& each : fs::directory_iterator(fs::path(FUZZ_CORPUS) / "replay_file")) {
    std::string error;
    EXPECT_TRUE(twinloop::testing::replay_file::load(each.path().string(), error)) << each.path() << ": " << error;
    EXPECT_LE(each.file_size(), 4096u) << each.path() << ": fuzzers cut longer ones";
    ++files;
  }
  EXPECT_GE(files, 2u);
}

TEST(corpus, is_there_for_every_parser) {
  for (const char* target : {"replay_file", "reply_parser", "resp_parser"}) {
    const fs::path directory = fs::path(FUZZ_CORPUS) / target;
    ASSERT_TRUE(fs::is_directory(directory)) << directory;
    EXPECT_FALSE(fs::is_empty(directory)) << directory;
  }
}

}  // namespace
