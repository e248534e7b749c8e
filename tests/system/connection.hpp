// A plain TCP connection to a server under test, with blocking calls.
#ifndef TWINLOOP_TESTS_SYSTEM_CONNECTION_HPP
#define TWINLOOP_TESTS_SYSTEM_CONNECTION_HPP

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace system_test {

class connection {
 public:
  /// Connects to 127.0.0.1:port; throws if that fails.
  explicit connection(std::uint16_t port);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Sends all of it. False once the connection is gone.
  bool send(std::string_view bytes);
  /// Sends what the connection takes at once; how much that was.
  std::size_t send_some(std::string_view bytes);
  /// No more will be sent.
  void finish_sending();
  /// The next line without its CR LF. Empty at the end; see ended().
  std::string read_line();
  std::string read_bytes(std::size_t count);
  std::string read_to_end();
  /// The peer has closed or reset the connection.
  bool ended() const { return ended_; }

 private:
  bool fill();
  int socket_ = -1;
  std::string buffered_;
  bool ended_ = false;
};

/// A request as Redis clients send it.
std::string request(std::initializer_list<std::string_view> words);

}  // namespace system_test

#endif
