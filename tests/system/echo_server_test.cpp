// Goal: the echo server on the real kernel echoes, drops who is silent, and refuses wrong use.
#include <gtest/gtest.h>

#include <string>

#include "tests/system/connection.hpp"
#include "tests/system/program.hpp"

namespace system_test {
namespace {

TEST(echo_server, echoes_every_byte_and_ends_when_the_client_does) {
  program server({ECHO_SERVER, "--port", "0"});
  connection client(read_port(server));
  std::string sent;
  for (int index = 0; index < 200'000; ++index) sent += static_cast<char>(index * 7 % 251);
  std::string back;
  for (std::size_t at = 0; at < sent.size(); at += 10'000) {
    client.send(std::string_view(sent).substr(at, 10'000));
    back += client.read_bytes(10'000);
  }
  EXPECT_EQ(back, sent);
  client.send("last words");
  client.finish_sending();
  EXPECT_EQ(client.read_to_end(), "last words");
}

TEST(echo_server, drops_a_silent_peer) {
  program server({ECHO_SERVER, "--port", "0", "--idle-ms", "30"});
  connection client(read_port(server));
  client.send("hello");
  EXPECT_EQ(client.read_bytes(5), "hello");
  EXPECT_EQ(client.read_to_end(), "");  // and it ends
  EXPECT_TRUE(client.ended());
}

TEST(echo_server, explains_wrong_use_and_a_port_in_use) {
  EXPECT_EQ(run({ECHO_SERVER, "--nosuch"}).status, 2);
  EXPECT_EQ(run({ECHO_SERVER, "--idle-ms", "0"}).status, 2);
  EXPECT_EQ(run({ECHO_SERVER, "--help"}).status, 0);
  program server({ECHO_SERVER, "--port", "0"});
  std::string port = std::to_string(read_port(server));
  finished second = run({ECHO_SERVER, "--port", port});
  EXPECT_EQ(second.status, 1);
  EXPECT_NE(second.errors.find("127.0.0.1:" + port), std::string::npos) << second.errors;
}

}  // namespace
}  // namespace system_test
