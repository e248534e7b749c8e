// Goal: what was acknowledged is there after the server was killed at any moment.
// Method: a pipeline of writes, SIGKILL after some of the acknowledgements, restart on the same directory; several
// rounds on one directory, with compaction going on.
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "tests/system/connection.hpp"
#include "tests/system/program.hpp"
#include "tests/system/scratch.hpp"

namespace system_test {
namespace {

constexpr int writes = 2000;

std::string key_of(int round, int index) { return "key:" + std::to_string(round) + ":" + std::to_string(index); }

/// Writes until the server is killed after `kill_after` acknowledgements. How many there were in the end.
int write_until_killed(program& server, int round, int kill_after) {
  connection client(read_port(server));
  std::string pipeline;
  for (int index = 0; index < writes; ++index) {
    pipeline += request({"SET", key_of(round, index), "value " + std::to_string(index)});
  }
  EXPECT_TRUE(client.send(pipeline));
  int acknowledged = 0;
  while (true) {
    std::string line = client.read_line();
    if (client.ended() && line.empty()) break;
    EXPECT_EQ(line, "+OK");
    if (++acknowledged == kill_after) server.kill(SIGKILL);
    if (acknowledged == writes) break;
  }
  EXPECT_EQ(server.wait(), 128 + SIGKILL);
  return acknowledged;
}

void expect_all(std::uint16_t port, int round, int acknowledged) {
  connection client(port);
  std::string pipeline;
  for (int index = 0; index < acknowledged; ++index) pipeline += request({"GET", key_of(round, index)});
  client.send(pipeline);
  for (int index = 0; index < acknowledged; ++index) {
    std::string expected = "value " + std::to_string(index);
    ASSERT_EQ(client.read_line(), "$" + std::to_string(expected.size())) << key_of(round, index);
    ASSERT_EQ(client.read_line(), expected);
  }
}

TEST(kv_durability, acknowledged_writes_survive_kills_under_load) {
  scratch_directory directory;
  const int kill_after[] = {1, 100, 700, 1500, 1999};
  std::vector<int> acknowledged;
  for (int after : kill_after) {
    program server(kv_server(directory.path(), {"--compact-at", "20000"}));
    acknowledged.push_back(write_until_killed(server, static_cast<int>(acknowledged.size()), after));
    EXPECT_GE(acknowledged.back(), after);
  }
  program server(kv_server(directory.path(), {"--compact-at", "20000"}));
  std::uint16_t port = read_port(server);
  for (std::size_t round = 0; round < acknowledged.size(); ++round) {
    expect_all(port, static_cast<int>(round), acknowledged[round]);
  }
}

TEST(kv_durability, every_kind_of_change_survives) {
  scratch_directory directory;
  {
    program server(kv_server(directory.path()));
    connection client(read_port(server));
    client.send(request({"SET", "old", "1"}) + request({"FLUSHALL"}) + request({"SET", "kept", "a\r\nb"}) +
                request({"SET", "gone", "1"}) + request({"DEL", "gone"}) + request({"INCR", "n"}) +
                request({"INCR", "n"}) + request({"EXPIRE", "n", "100000"}));
    for (const char* reply : {"+OK", "+OK", "+OK", "+OK", ":1", ":1", ":2", ":1"}) EXPECT_EQ(client.read_line(), reply);
    server.kill(SIGKILL);
    server.wait();
  }
  program server(kv_server(directory.path()));
  connection client(read_port(server));
  client.send(request({"KEYS", "*"}) + request({"GET", "kept"}) + request({"GET", "n"}) + request({"PERSIST"}));
  for (const char* line : {"*2", "$4", "kept", "$1", "n", "$4", "a", "b", "$1", "2"}) {
    EXPECT_EQ(client.read_line(), line);
  }
  EXPECT_EQ(client.read_line().substr(0, 20), "-ERR unknown command");
  client.send(request({"TTL", "n"}));
  EXPECT_GT(std::stol(client.read_line().substr(1)), 90000);
}

}  // namespace
}  // namespace system_test
