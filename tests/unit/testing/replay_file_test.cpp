// Goal: a replay file comes back as it was written, or says in a sentence what is wrong with it.
// Method: round trips, planted damage, and every truncation and single-byte change of a sample.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/testing/temporary_directory.hpp"
#include "twinloop/testing.hpp"

namespace {

using twinloop::testing::replay_file;
namespace sim = twinloop::sim;

sim::choice_record record(sim::choice_kind kind, std::uint64_t label, std::uint32_t occurrence, std::uint32_t n,
                          std::uint32_t value, std::uint64_t option = 0) {
  sim::choice_record made;
  made.kind = kind;
  made.label = label;
  made.occurrence = occurrence;
  made.n = n;
  made.value = value;
  made.option = option;
  return made;
}

replay_file sample() {
  replay_file file;
  file.program = "kv";
  file.scenario = "kv/crash \"quoted\"";
  file.settings = {{"clients", "3"}, {"fsync", "line\nbreak"}};
  file.seed = UINT64_MAX;
  file.run = 1204;
  file.data_seed = 0x8f31;
  file.broke = {"kv.reads_see_writes", "get \"x\" answered 1", "check.cpp:41"};
  file.ended = "failed";
  file.hash = 0xfedcba9876543210;
  file.names = {{0x11, "server/log"}, {0x22, "server/twice"}, {0x33, "server/twice"}, {0x44, "#odd"}};
  file.choices = {record(sim::choice_kind::pick, 0x11, 0, 3, 2, 0x22), record(sim::choice_kind::defer, 0x33, 7, 8, 0),
                  record(sim::choice_kind::crash, 0x44, UINT32_MAX, UINT32_MAX, 1),
                  record(sim::choice_kind::user, 0x55, 1, 2, 1, UINT64_MAX)};
  return file;
}

std::string describe(const replay_file& file) {
  std::ostringstream text;
  text << file.program << '|' << file.scenario << '|' << file.seed << '|' << file.run << '|' << file.data_seed << '|'
       << file.broke.name << '|' << file.broke.message << '|' << file.broke.place << '|' << file.ended << '|'
       << file.hash;
  for (const auto& [name, value] : file.settings) text << '|' << name << '=' << value;
  for (const auto& [hash, name] : file.names) text << '|' << hash << '=' << name;
  for (const auto& each : file.choices) {
    text << "\n"
         << sim::name(each.kind) << ' ' << each.label << ' ' << each.occurrence << ' ' << each.n << ' ' << each.value
         << ' ' << each.option;
  }
  return text.str();
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, const std::string& content) { std::ofstream(path, std::ios::binary) << content; }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class replay_file_on_disk : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(sample().save(path_), std::nullopt); }
  /// The sentence that load gives for this content.
  std::string error_of(const std::string& content) {
    write(path_, content);
    std::string error;
    EXPECT_FALSE(replay_file::load(path_, error).has_value());
    EXPECT_NE(error.find(path_), std::string::npos) << "names the file: " << error;
    return error;
  }
  bool says(const std::string& content, const std::string& words) {
    const std::string error = error_of(content);
    EXPECT_NE(error.find(words), std::string::npos) << error;
    return error.find(words) != std::string::npos;
  }
  temporary_directory directory_;
  const std::string path_ = directory_.file("sample.twin");
};

TEST_F(replay_file_on_disk, comes_back_as_it_was_written) {
  std::string error;
  const auto file = replay_file::load(path_, error);
  ASSERT_TRUE(file) << error;
  EXPECT_EQ(describe(*file), describe(sample()));
}

TEST_F(replay_file_on_disk, has_one_choice_a_line_under_its_name) {
  const std::string text = read(path_);
  EXPECT_NE(text.find("\n[\"pick\",\"server/log\",0,3,2,\"#22\"],\n"), std::string::npos) << text;
}

TEST_F(replay_file_on_disk, leaves_no_other_file_behind) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(directory_.path())) ++count;
  EXPECT_EQ(count, 1u);
}

TEST_F(replay_file_on_disk, cut_off_anywhere_is_an_error) {
  const std::string text = read(path_);
  const std::size_t closing_brace = text.rfind('}');
  for (std::size_t size = 0; size <= closing_brace; ++size) {
    const std::string error = error_of(text.substr(0, size));
    ASSERT_TRUE(error.find("cut off") != std::string::npos || size == 0) << size << ": " << error;
  }
  EXPECT_TRUE(says("", "is empty"));
}

TEST_F(replay_file_on_disk, with_one_byte_changed_is_an_error_or_the_same) {
  const std::string text = read(path_);
  const std::string expected = describe(sample());
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const unsigned mask : {0x01u, 0x02u, 0x08u, 0x10u, 0x20u, 0x80u}) {
      std::string changed = text;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ mask);
      write(path_, changed);
      std::string error;
      const auto file = replay_file::load(path_, error);
      if (file)
        ASSERT_EQ(describe(*file), expected) << "byte " << at << " mask " << mask;
      else
        ASSERT_FALSE(error.empty());
    }
  }
}

TEST_F(replay_file_on_disk, that_was_altered_says_so) {
  EXPECT_TRUE(says(replaced(read(path_), "\"run\": 1204", "\"run\": 1205"), "was altered"));
}

TEST_F(replay_file_on_disk, of_another_version_names_both) {
  EXPECT_TRUE(says(replaced(read(path_), "\"version\": 1", "\"version\": 7"),
                   "has format version 7, and this program reads version 1"));
}

TEST_F(replay_file_on_disk, that_is_no_json_names_the_line) {
  EXPECT_TRUE(says("{\n\"format\": \"twinloop replay\",\nnonsense\n}\n", "line 3 is no JSON"));
}

TEST_F(replay_file_on_disk, that_is_other_json_is_no_replay_file) {
  EXPECT_TRUE(says("{\"format\": \"something else\", \"version\": 1}", "is not a replay file"));
  EXPECT_TRUE(says("[1, 2, 3]", "is not a replay file"));
  EXPECT_TRUE(says(std::string(100'000, '['), "cut off"));
}

TEST_F(replay_file_on_disk, may_be_laid_out_otherwise) {
  const std::string spread = replaced(read(path_), "\"program\": ", "\n\n   \"program\"   :\t");
  write(path_, spread);
  std::string error;
  EXPECT_TRUE(replay_file::load(path_, error)) << error;
}

TEST(replay_file, that_does_not_exist_says_why) {
  std::string error;
  EXPECT_FALSE(replay_file::load("/nonexistent/x.twin", error));
  EXPECT_NE(error.find("cannot read /nonexistent/x.twin: No such file"), std::string::npos) << error;
}

TEST(replay_file, saved_where_nothing_can_be_written_says_why) {
  const auto missing = sample().save("/nonexistent/x.twin");
  ASSERT_TRUE(missing);
  EXPECT_NE(missing->find("cannot write /nonexistent/x.twin: No such file"), std::string::npos) << *missing;
  const auto unwritable = sample().save("/proc/x.twin");
  ASSERT_TRUE(unwritable);
  EXPECT_NE(unwritable->find("cannot write /proc/x.twin"), std::string::npos) << *unwritable;
}

TEST(replay_file, saved_onto_a_directory_leaves_it_and_says_why) {
  const temporary_directory directory;
  const auto error = sample().save(directory.path());
  ASSERT_TRUE(error);
  EXPECT_NE(error->find("cannot write " + directory.path()), std::string::npos) << *error;
  EXPECT_TRUE(std::filesystem::is_directory(directory.path()));
}

TEST(replay_file, saved_into_a_device_writes_into_it) {
  const auto error = sample().save("/dev/full");
  ASSERT_TRUE(error);
  EXPECT_NE(error->find("cannot write /dev/full: No space left"), std::string::npos) << *error;
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST(replay_file, saved_into_a_pipe_is_all_there) {
  const temporary_directory directory;
  const std::string pipe = directory.file("pipe"), file = directory.file("file");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reading = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reading, 0);
  EXPECT_EQ(sample().save(pipe), std::nullopt);
  EXPECT_EQ(sample().save(file), std::nullopt);
  std::string bytes(1 << 16, '\0');
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(reading, bytes.data(), bytes.size()))));
  ::close(reading);
  EXPECT_EQ(bytes, read(file));
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST(replay_file, saved_through_a_link_leaves_the_link) {
  const temporary_directory directory;
  const std::string file = directory.file("file"), link = directory.file("link");
  ASSERT_EQ(sample().save(file), std::nullopt);
  std::filesystem::create_symlink(file, link);
  replay_file other = sample();
  other.run = 7;
  EXPECT_EQ(other.save(link), std::nullopt);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  std::string error;
  const auto read_back = replay_file::load(file, error);
  ASSERT_TRUE(read_back) << error;
  EXPECT_EQ(read_back->run, 7u);
}

// The limit on file sizes stands in for a full disk: the write fails half-way, as it would there.
TEST(replay_file, that_cannot_be_finished_leaves_the_old_one) {
  const temporary_directory directory;
  const std::string path = directory.file("kept.twin");
  ASSERT_EQ(sample().save(path), std::nullopt);
  const std::string before = read(path);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{64, old.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  replay_file other = sample();
  other.run = 7;
  const auto error = other.save(path);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  ASSERT_TRUE(error);
  EXPECT_NE(error->find("cannot write " + path + ": File too large"), std::string::npos) << *error;
  EXPECT_EQ(read(path), before);
}

TEST(replay_file, keeps_what_is_no_text_out_of_the_json) {
  const temporary_directory directory;
  const std::string path = directory.file("binary.twin");
  replay_file file = sample();
  file.broke.message = std::string("key \xff\x80\xc0 \xe2\x82\xac", 11);
  ASSERT_EQ(file.save(path), std::nullopt);
  std::string error;
  const auto loaded = replay_file::load(path, error);
  ASSERT_TRUE(loaded) << error;
  EXPECT_EQ(loaded->broke.message, "key ??? \xe2\x82\xac");
}

}  // namespace
