// Goal: nothing that comes over the wire stops the server or harms its data. Method: bytes sent by hand.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/system/connection.hpp"
#include "tests/system/program.hpp"
#include "tests/system/scratch.hpp"

namespace system_test {
namespace {

class kv_bad_input : public testing::Test {
 protected:
  void SetUp() override {
    connection client(port_);
    client.send(request({"SET", "witness", "unharmed"}));
    ASSERT_EQ(client.read_line(), "+OK");
  }
  void TearDown() override {
    connection client(port_);
    client.send(request({"GET", "witness"}));
    EXPECT_EQ(client.read_line(), "$8");
    EXPECT_EQ(client.read_line(), "unharmed");
  }
  /// What the server answers to `bytes`, to the end of the connection, which the server closes.
  std::string answer(const std::string& bytes) {
    connection client(port_);
    client.send(bytes);
    return client.read_to_end();
  }

  scratch_directory directory_;
  program server_{kv_server(directory_.path())};
  std::uint16_t port_ = read_port(server_);
};

TEST_F(kv_bad_input, protocol_errors_are_named_and_end_the_connection) {
  EXPECT_EQ(answer("*x\r\n"), "-ERR Protocol error: invalid multibulk length\r\n");
  EXPECT_EQ(answer("*1\r\n!4\r\nPING\r\n"), "-ERR Protocol error: expected '$', got '!'\r\n");
  EXPECT_EQ(answer("*1\r\n$-5\r\n"), "-ERR Protocol error: invalid bulk length\r\n");
  EXPECT_EQ(answer("*2\r\n$3\r\nGET\r\n$999999999999\r\n"), "-ERR Protocol error: invalid bulk length\r\n");
  EXPECT_EQ(answer("GET \"unbalanced\r\n"), "-ERR Protocol error: unbalanced quotes in request\r\n");
  EXPECT_EQ(answer(std::string(100'000, 'a')), "-ERR Protocol error: too big inline request\r\n");
}

TEST_F(kv_bad_input, requests_before_an_error_are_answered) {
  EXPECT_EQ(answer(request({"PING"}) + "*x\r\n" + request({"PING"})),
            "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n");
}

TEST_F(kv_bad_input, garbage_is_survived) {
  std::uint32_t state = 12345;
  for (int round = 0; round < 50; ++round) {
    std::string bytes;
    for (int index = 0; index < 2000; ++index) {
      state = state * 1664525 + 1013904223;
      bytes += static_cast<char>(state >> 24);
    }
    connection client(port_);
    client.send(bytes);
    client.finish_sending();
    (void)client.read_to_end();
  }
}

TEST_F(kv_bad_input, half_requests_wait_and_are_dropped_with_the_connection) {
  const std::string whole = request({"SET", "half", "value"});
  for (std::size_t size = 1; size < whole.size(); ++size) {
    connection client(port_);
    client.send(whole.substr(0, size));
    client.finish_sending();
    EXPECT_EQ(client.read_to_end(), "") << size;
  }
  connection client(port_);
  client.send(request({"EXISTS", "half"}));
  EXPECT_EQ(client.read_line(), ":0");
}

TEST_F(kv_bad_input, replies_come_before_the_end_to_a_client_that_has_finished_sending) {
  connection client(port_);
  client.send(request({"SET", "k", "v"}) + request({"GET", "k"}) + "*1\r\n$4\r\nPI");
  client.finish_sending();
  EXPECT_EQ(client.read_to_end(), "+OK\r\n$1\r\nv\r\n");
}

TEST_F(kv_bad_input, a_million_byte_key_works_like_any_other) {
  const std::string key(1'000'000, 'k');
  connection client(port_);
  client.send(request({"SET", key, "v"}) + request({"GET", key}) + request({"KEYS", "kk*"}));
  EXPECT_EQ(client.read_line(), "+OK");
  EXPECT_EQ(client.read_line(), "$1");
  EXPECT_EQ(client.read_line(), "v");
  EXPECT_EQ(client.read_line(), "*1");
  EXPECT_EQ(client.read_line(), "$1000000");
  EXPECT_EQ(client.read_line(), key);
}

TEST_F(kv_bad_input, a_value_beyond_the_limit_is_refused_before_it_is_sent) {
  EXPECT_EQ(answer("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$67108865\r\n"), "-ERR Protocol error: invalid bulk length\r\n");
}

TEST_F(kv_bad_input, many_connections_that_say_nothing_do_not_matter) {
  std::vector<std::unique_ptr<connection>> silent;
  for (int index = 0; index < 200; ++index) silent.push_back(std::make_unique<connection>(port_));
}

}  // namespace
}  // namespace system_test
