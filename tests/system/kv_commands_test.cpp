// Goal: every command answers through redis-cli as Redis' documentation says it does.
// Method: one redis-cli per command, in its readable output format; the expected replies are those that the command
// reference of Redis 7.0 documents.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/system/connection.hpp"
#include "tests/system/program.hpp"
#include "tests/system/scratch.hpp"

namespace system_test {
namespace {

class kv_commands : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string(REDIS_CLI).empty()) GTEST_SKIP() << "redis-cli is not installed (Debian: redis-tools)";
    port_ = read_port(server_);
    ASSERT_NE(port_, 0);
  }

  std::string cli(const std::vector<std::string>& command) {
    std::vector<std::string> words{REDIS_CLI, "--no-raw", "-p", std::to_string(port_)};
    words.insert(words.end(), command.begin(), command.end());
    std::string output = run(words).output;
    while (!output.empty() && (output.back() == '\n' || output.back() == ' ')) output.pop_back();
    return output;
  }
  struct exchange {
    std::vector<std::string> command;
    const char* reply;
  };
  void expect(const std::vector<exchange>& exchanges) {
    for (const exchange& each : exchanges) {
      std::string shown;
      for (const std::string& word : each.command) shown += word + " ";
      EXPECT_EQ(cli(each.command), each.reply) << shown;
    }
  }

  scratch_directory directory_;
  program server_{kv_server(directory_.path())};
  std::uint16_t port_ = 0;
};

constexpr const char* not_an_integer = "(error) ERR value is not an integer or out of range";
constexpr const char* syntax_error = "(error) ERR syntax error";

TEST_F(kv_commands, ping_and_echo) {
  expect({{{"PING"}, "PONG"},
          {{"ping", "hello world"}, "\"hello world\""},
          {{"PING", "a", "b"}, "(error) ERR wrong number of arguments for 'ping' command"},
          {{"ECHO", "Hello World!"}, "\"Hello World!\""},
          {{"ECHO"}, "(error) ERR wrong number of arguments for 'echo' command"}});
}

TEST_F(kv_commands, set_and_get) {
  expect({{{"GET", "missing"}, "(nil)"},
          {{"SET", "mykey", "Hello"}, "OK"},
          {{"GET", "mykey"}, "\"Hello\""},
          {{"SET", "mykey", ""}, "OK"},
          {{"GET", "mykey"}, "\"\""},
          {{"SET", "mykey"}, "(error) ERR wrong number of arguments for 'set' command"},
          {{"GET"}, "(error) ERR wrong number of arguments for 'get' command"},
          {{"GET", "a", "b"}, "(error) ERR wrong number of arguments for 'get' command"}});
}

TEST_F(kv_commands, set_with_options) {
  expect({{{"SET", "k", "1", "XX"}, "(nil)"},
          {{"SET", "k", "1", "NX"}, "OK"},
          {{"SET", "k", "2", "NX"}, "(nil)"},
          {{"SET", "k", "2", "XX", "GET"}, "\"1\""},
          {{"SET", "new", "2", "GET"}, "(nil)"},
          {{"SET", "k", "3", "EX", "100000"}, "OK"},
          {{"SET", "k", "4", "KEEPTTL"}, "OK"},
          {{"EXPIRE", "k", "100000", "NX"}, "(integer) 0"},
          {{"SET", "k", "5"}, "OK"},
          {{"TTL", "k"}, "(integer) -1"},
          {{"SET", "k", "6", "PXAT", "1"}, "OK"},
          {{"GET", "k"}, "(nil)"},
          {{"SET", "k", "v", "EX", "0"}, "(error) ERR invalid expire time in 'set' command"},
          {{"SET", "k", "v", "EX", "-1"}, "(error) ERR invalid expire time in 'set' command"},
          {{"SET", "k", "v", "EX", "9223372036854775807"}, "(error) ERR invalid expire time in 'set' command"},
          {{"SET", "k", "v", "EX", "ten"}, not_an_integer},
          {{"SET", "k", "v", "EX"}, syntax_error},
          {{"SET", "k", "v", "NX", "XX"}, syntax_error},
          {{"SET", "k", "v", "EX", "1", "PX", "1"}, syntax_error},
          {{"SET", "k", "v", "EX", "1", "KEEPTTL"}, syntax_error},
          {{"SET", "k", "v", "bogus"}, syntax_error}});
}

TEST_F(kv_commands, del_and_exists) {
  expect({{{"SET", "key1", "Hello"}, "OK"},
          {{"SET", "key2", "World"}, "OK"},
          {{"EXISTS", "key1", "key1", "nosuchkey"}, "(integer) 2"},
          {{"DEL", "key1", "key2", "key3"}, "(integer) 2"},
          {{"EXISTS", "key1"}, "(integer) 0"},
          {{"DEL"}, "(error) ERR wrong number of arguments for 'del' command"},
          {{"EXISTS"}, "(error) ERR wrong number of arguments for 'exists' command"}});
}

TEST_F(kv_commands, incr) {
  expect({{{"SET", "mykey", "10"}, "OK"},
          {{"INCR", "mykey"}, "(integer) 11"},
          {{"GET", "mykey"}, "\"11\""},
          {{"INCR", "fresh"}, "(integer) 1"},
          {{"SET", "text", "abc"}, "OK"},
          {{"INCR", "text"}, not_an_integer},
          {{"SET", "max", "9223372036854775807"}, "OK"},
          {{"INCR", "max"}, "(error) ERR increment or decrement would overflow"},
          {{"SET", "negative", "-1"}, "OK"},
          {{"INCR", "negative"}, "(integer) 0"},
          {{"INCR"}, "(error) ERR wrong number of arguments for 'incr' command"}});
}

TEST_F(kv_commands, expire_and_ttl) {
  expect({{{"TTL", "missing"}, "(integer) -2"},
          {{"EXPIRE", "missing", "10"}, "(integer) 0"},
          {{"SET", "k", "v"}, "OK"},
          {{"TTL", "k"}, "(integer) -1"},
          {{"EXPIRE", "k", "10", "XX"}, "(integer) 0"},
          {{"EXPIRE", "k", "10000", "NX"}, "(integer) 1"},
          {{"EXPIRE", "k", "20000", "LT"}, "(integer) 0"},
          {{"EXPIRE", "k", "20000", "GT"}, "(integer) 1"},
          {{"EXPIRE", "k", "x"}, not_an_integer},
          {{"EXPIRE", "k", "9223372036854775807"}, "(error) ERR invalid expire time in 'expire' command"},
          {{"EXPIRE", "k", "10", "NX", "GT"},
           "(error) ERR NX and XX, GT or LT options at the same time are not compatible"},
          {{"EXPIRE", "k", "10", "GT", "LT"}, "(error) ERR GT and LT options at the same time are not compatible"},
          {{"EXPIRE", "k", "10", "AB"}, "(error) ERR Unsupported option AB"},
          {{"EXPIRE", "k"}, "(error) ERR wrong number of arguments for 'expire' command"},
          {{"EXPIRE", "k", "-1"}, "(integer) 1"},
          {{"EXISTS", "k"}, "(integer) 0"},
          {{"SET", "big", "v", "EX", "100000"}, "OK"}});
  std::string left = cli({"TTL", "big"});
  int seconds = std::stoi(left.substr(left.find(' ')));
  EXPECT_LE(seconds, 100000);
  EXPECT_GT(seconds, 90000);  // unless the machine stood still for hours
}

TEST_F(kv_commands, a_key_vanishes_when_its_time_is_up) {
  connection client(port_);
  client.send(request({"SET", "k", "v", "PX", "20"}) + request({"SET", "n", "v"}));
  EXPECT_EQ(client.read_line(), "+OK");
  EXPECT_EQ(client.read_line(), "+OK");
  std::string size;
  do {  // ends when the key is gone; if it never goes, the test's time limit ends it
    client.send(request({"DBSIZE"}));
    size = client.read_line();
  } while (size == ":2");
  EXPECT_EQ(size, ":1");
  EXPECT_EQ(cli({"TTL", "k"}), "(integer) -2");
}

TEST_F(kv_commands, keys_dbsize_and_flushall) {
  expect({{{"KEYS", "*"}, "(empty array)"},
          {{"SET", "firstname", "Jack"}, "OK"},
          {{"SET", "lastname", "Stuntman"}, "OK"},
          {{"SET", "age", "35"}, "OK"},
          {{"KEYS", "*name*"}, "1) \"firstname\"\n2) \"lastname\""},
          {{"KEYS", "a??"}, "1) \"age\""},
          {{"DBSIZE"}, "(integer) 3"},
          {{"FLUSHALL", "NOW"}, syntax_error},
          {{"FLUSHALL", "ASYNC"}, "OK"},
          {{"FLUSHALL"}, "OK"},
          {{"DBSIZE"}, "(integer) 0"},
          {{"KEYS"}, "(error) ERR wrong number of arguments for 'keys' command"},
          {{"DBSIZE", "x"}, "(error) ERR wrong number of arguments for 'dbsize' command"}});
}

TEST_F(kv_commands, config_get) {
  expect({{{"CONFIG", "GET", "append*"}, "1) \"appendfsync\"\n2) \"always\"\n3) \"appendonly\"\n4) \"yes\""},
          {{"CONFIG", "GET", "SAVE"}, "1) \"save\"\n2) \"\""},
          {{"CONFIG", "GET", "nothing"}, "(empty array)"},
          {{"CONFIG", "GET"}, "(error) ERR wrong number of arguments for 'config|get' command"},
          {{"CONFIG", "XYZ"}, "(error) ERR unknown subcommand 'XYZ'. Try CONFIG HELP."},
          {{"CONFIG"}, "(error) ERR wrong number of arguments for 'config' command"}});
  EXPECT_EQ(cli({"CONFIG", "GET", "port"}), "1) \"port\"\n2) \"" + std::to_string(port_) + "\"");
}

TEST_F(kv_commands, connection_commands_and_unknown_ones) {
  expect({{{"SELECT", "0"}, "OK"},
          {{"SELECT", "1"}, "(error) ERR DB index is out of range"},
          {{"HELLO", "3"}, "(error) NOPROTO unsupported protocol version"},
          {{"COMMAND", "COUNT"}, "(integer) 18"},
          {{"QUIT"}, "OK"},
          {{"NOSUCH", "a", "b"}, "(error) ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b'"}});
  EXPECT_NE(cli({"HELLO"}).find("\"proto\"\n 6) (integer) 2"), std::string::npos);
}

TEST_F(kv_commands, shutdown_ends_the_server_cleanly) {
  EXPECT_EQ(cli({"SET", "k", "v"}), "OK");
  EXPECT_EQ(cli({"SHUTDOWN", "LATER"}), syntax_error);
  (void)cli({"SHUTDOWN"});
  EXPECT_EQ(server_.wait(), 0);
  EXPECT_EQ(server_.errors(), "");
  program again(kv_server(directory_.path()));
  port_ = read_port(again);
  EXPECT_EQ(cli({"GET", "k"}), "\"v\"");
}

}  // namespace
}  // namespace system_test
