// Goal: the server carries real load and bounds its memory. Method: redis-benchmark, and a client that never reads.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/system/connection.hpp"
#include "tests/system/program.hpp"
#include "tests/system/scratch.hpp"

namespace system_test {
namespace {

/// The most memory that a process has had resident, in KiB.
long peak_memory(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return -1;
}

TEST(kv_load, redis_benchmark_completes) {
  if (std::string(REDIS_BENCHMARK).empty()) GTEST_SKIP() << "redis-benchmark is not installed (Debian: redis-tools)";
  scratch_directory directory;
  program server(kv_server(directory.path(), {"--compact-at", "100000"}));
  std::string port = std::to_string(read_port(server));
  finished done =
      run({REDIS_BENCHMARK, "-p", port, "-t", "ping,set,get,incr", "-P", "16", "-c", "50", "-n", "20000", "-q"});
  EXPECT_EQ(done.status, 0);
  for (const char* test : {"PING_INLINE: ", "PING_MBULK: ", "SET: ", "GET: ", "INCR: "}) {
    std::size_t at = done.output.rfind(test);
    ASSERT_NE(at, std::string::npos) << done.output;
    EXPECT_NE(done.output.find("requests per second", at), std::string::npos) << done.output;
  }
  EXPECT_EQ(done.output.find("rror"), std::string::npos) << done.output;
  connection client(static_cast<std::uint16_t>(std::stoi(port)));
  client.send(request({"GET", "counter:__rand_int__"}));
  EXPECT_EQ(client.read_line(), "$5");
  EXPECT_EQ(client.read_line(), "20000");
}

TEST(kv_load, a_client_that_does_not_read_costs_bounded_memory) {
  scratch_directory directory;
  program server(kv_server(directory.path()));
  std::uint16_t port = read_port(server);
  connection greedy(port);
  constexpr std::size_t megabyte = 1 << 20;
  greedy.send(request({"SET", "big", std::string(megabyte, 'x')}));
  ASSERT_EQ(greedy.read_line(), "+OK");
  std::string many;
  for (int index = 0; index < 1000; ++index) many += request({"GET", "big"});
  greedy.send(many);  // a gigabyte of replies, which nobody reads
  connection other(port);
  for (int index = 0; index < 100; ++index) {
    other.send(request({"PING"}));
    ASSERT_EQ(other.read_line(), "+PONG");
  }
  EXPECT_LT(peak_memory(server.pid()), 200 * 1024);
  for (int index = 0; index < 1000; ++index) {  // and all of it comes, once it is read
    ASSERT_EQ(greedy.read_line(), "$1048576");
    ASSERT_EQ(greedy.read_bytes(megabyte + 2).size(), megabyte + 2);
  }
}

}  // namespace
}  // namespace system_test
