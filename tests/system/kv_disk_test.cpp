// Goal: a full disk ends the server with a clear message and loses nothing that was acknowledged.
// Method: a tmpfs of a few pages, in a mount namespace of the test's own.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/system/connection.hpp"
#include "tests/system/program.hpp"
#include "tests/system/scratch.hpp"

namespace system_test {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Writes 3000-byte values one after the other until the server gives up. How many it acknowledged.
int fill(program& server) {
  connection client(read_port(server));
  int acknowledged = 0;
  while (acknowledged < 10'000) {
    client.send(request({"SET", "key" + std::to_string(acknowledged), std::string(3000, 'x')}));
    if (client.read_line() != "+OK") break;
    ++acknowledged;
  }
  return acknowledged;
}

TEST(kv_disk, a_full_disk_ends_the_server_and_loses_nothing) {
  private_disk disk(256 * 1024);
  if (!disk.usable()) GTEST_SKIP() << "mounting a private tmpfs is not permitted here";
  int acknowledged = 0;
  {
    program server(kv_server(disk.path()));
    acknowledged = fill(server);
    EXPECT_EQ(server.wait(), 1);
    std::string said = server.errors();
    EXPECT_TRUE(contains(said, "cannot write " + disk.path() + "/kv-000001.log")) << said;
  }
  EXPECT_GT(acknowledged, 10);
  EXPECT_LT(acknowledged, 256 * 1024 / 3000);
  program server(kv_server(disk.path()));
  connection client(read_port(server));
  client.send(request({"DBSIZE"}));
  EXPECT_EQ(client.read_line(), ":" + std::to_string(acknowledged));
}

TEST(kv_disk, a_disk_too_full_for_a_snapshot_goes_on_serving) {
  private_disk disk(256 * 1024);
  if (!disk.usable()) GTEST_SKIP() << "mounting a private tmpfs is not permitted here";
  // The log passes the limit when it takes more than half of the disk, so its snapshot does not fit beside it.
  program server(kv_server(disk.path(), {"--compact-at", "150000"}));
  connection client(read_port(server));
  for (int index = 0; index < 60; ++index) {
    client.send(request({"SET", "key" + std::to_string(index), std::string(3000, 'x')}));
    ASSERT_EQ(client.read_line(), "+OK") << index;
  }
  client.send(request({"DBSIZE"}) + request({"SHUTDOWN"}));
  EXPECT_EQ(client.read_line(), ":60");
  EXPECT_EQ(client.read_line(), "+OK");
  EXPECT_EQ(server.wait(), 0);
  std::string said = server.errors();
  EXPECT_TRUE(contains(said, "compaction: cannot write " + disk.path())) << said;
  EXPECT_FALSE(std::filesystem::exists(disk.path() + "/kv-000002.snapshot.tmp"));
}

TEST(kv_disk, a_damaged_log_is_refused_and_named) {
  scratch_directory directory;
  {
    program server(kv_server(directory.path()));
    connection client(read_port(server));
    for (int index = 0; index < 3; ++index) {
      client.send(request({"SET", "key" + std::to_string(index), "value"}));
      ASSERT_EQ(client.read_line(), "+OK");
    }
  }
  std::string log = directory.path() + "/kv-000001.log";
  {
    std::fstream file(log, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(30);
    file.put('?');
  }
  finished done = run(kv_server(directory.path()));
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(contains(done.errors, log + " is damaged at byte 0")) << done.errors;
}

}  // namespace
}  // namespace system_test
