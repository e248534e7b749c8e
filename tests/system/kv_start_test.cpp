// Goal: what cannot work is refused at start, with the reason and the right exit status, and touches nothing.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/system/connection.hpp"
#include "tests/system/program.hpp"
#include "tests/system/scratch.hpp"

namespace system_test {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(kv_start, wrong_command_lines_are_explained_with_status_2) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--nosuch"}, {"--port"}, {"--port", "70000"}, {"--bind", "nowhere"}}) {
    std::vector<std::string> command{KV_SERVER};
    command.insert(command.end(), words.begin(), words.end());
    finished done = run(command);
    EXPECT_EQ(done.status, 2);
    EXPECT_TRUE(contains(done.errors, words[0])) << done.errors;
    EXPECT_TRUE(contains(done.errors, "usage: kv_server")) << done.errors;
    EXPECT_EQ(done.output, "");
  }
}

TEST(kv_start, help_is_not_an_error) {
  finished done = run({KV_SERVER, "--help"});
  EXPECT_EQ(done.status, 0);
  EXPECT_TRUE(contains(done.output, "usage: kv_server"));
  EXPECT_EQ(done.errors, "");
}

TEST(kv_start, a_port_in_use_is_named_and_the_other_servers_data_is_left_alone) {
  scratch_directory directory;
  program server(kv_server(directory.path()));
  std::string port = std::to_string(read_port(server));
  std::ofstream(directory.path() + "/kv-000002.snapshot.tmp") << "being written";
  finished second = run({KV_SERVER, "--port", port, "--dir", directory.path()});
  EXPECT_EQ(second.status, 1);
  EXPECT_TRUE(contains(second.errors, "cannot listen on 127.0.0.1:" + port)) << second.errors;
  EXPECT_TRUE(fs::exists(directory.path() + "/kv-000002.snapshot.tmp"));
}

TEST(kv_start, a_missing_directory_is_named) {
  scratch_directory directory;
  std::string missing = directory.path() + "/missing";
  finished done = run(kv_server(missing));
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(contains(done.errors, missing)) << done.errors;
  EXPECT_FALSE(fs::exists(missing));
}

TEST(kv_start, a_file_where_the_directory_should_be_is_named) {
  scratch_directory directory;
  std::string path = directory.path() + "/file";
  std::ofstream(path) << "contents";
  finished done = run(kv_server(path));
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(contains(done.errors, path)) << done.errors;
  EXPECT_EQ(fs::file_size(path), 8u);
}

TEST(kv_start, a_directory_where_the_log_should_be_is_named) {
  scratch_directory directory;
  std::string path = directory.path() + "/kv-000001.log";
  fs::create_directory(path);
  finished done = run(kv_server(directory.path()));
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(contains(done.errors, path)) << done.errors;
}

TEST(kv_start, a_read_only_disk_is_named) {
  private_disk disk(1 << 20);
  if (!disk.usable()) GTEST_SKIP() << "mounting a private tmpfs is not permitted here";
  disk.make_read_only();
  finished done = run(kv_server(disk.path()));
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(contains(done.errors, disk.path() + "/kv-000001.log")) << done.errors;
}

TEST(kv_start, the_port_file_holds_the_port) {
  scratch_directory directory;
  std::string path = directory.path() + "/port";
  program server(kv_server(directory.path(), {"--port-file", path}));
  std::uint16_t port = read_port(server);
  std::string text;
  std::ifstream(path) >> text;
  EXPECT_EQ(text, std::to_string(port));
}

TEST(kv_start, a_port_file_that_cannot_be_written_is_named) {
  scratch_directory directory;
  std::string path = directory.path() + "/missing/port";
  finished done = run(kv_server(directory.path(), {"--port-file", path}));
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(contains(done.errors, path)) << done.errors;
}

}  // namespace
}  // namespace system_test
