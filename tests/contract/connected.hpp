// Connected streams and sockets for the bodies of the contract suite.
//
//   stream_pair pair(loop);                    // pair.near connected to pair.far, both on this loop; runs the loop
//   socket_pair sockets(loop);                 // the same as bare handles, for operations
#ifndef TWINLOOP_TESTS_CONTRACT_CONNECTED_HPP
#define TWINLOOP_TESTS_CONTRACT_CONNECTED_HPP

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "twinloop/loop.hpp"
#include "twinloop/net.hpp"

namespace twinloop::contract {

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
/// `size` bytes that differ from their neighbours, so that a lost or swapped piece shows.
inline std::string pattern(std::size_t size) {
  std::string made(size, '\0');
  for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<char>((i * 31 + i / 251) & 0xff);
  return made;
}

/// Two connected streams. Making one runs the loop until they are.
struct stream_pair {
  explicit stream_pair(loop& loop, const address& bound = address::loopback(0)) : near(loop, "near") {
    tcp_listener listener(loop, "listener");
    result<void> listening = listener.listen(bound, [&](result<accepted> peer) {
      EXPECT_TRUE(peer) << message(peer.error());
      if (peer) far_.emplace(loop, std::move(*peer), "far");
      listener.close();
    });
    EXPECT_TRUE(listening) << message(listening.error());
    near.connect(*listener.local(), [](errc error) { EXPECT_EQ(error, errc::ok) << message(error); });
    loop.run();
    EXPECT_TRUE(far_.has_value());
  }
  tcp_stream& far() { return *far_; }

  tcp_stream near;

 private:
  std::optional<tcp_stream> far_;
};

/// Collects what a stream receives, until its end or an error.
struct collector {
  explicit collector(tcp_stream& read) {
    read.on_read([this](result<std::span<std::byte>> data) {
      EXPECT_FALSE(ended) << "a callback after the end";
      EXPECT_EQ(error, errc::ok) << "a callback after an error";
      ++callbacks;
      if (!data) {
        error = data.error();
      } else if (data->empty()) {
        ended = true;
      } else {
        text += text_of(*data);
      }
      if (after) after();
    });
    read.read_start();
  }
  std::string text;
  errc error = errc::ok;
  bool ended = false;
  int callbacks = 0;
  unique_function<void()> after;  // called after each callback, if set
};

/// A bare socket, closed at the end of its scope.
class bare_socket {
 public:
  explicit bare_socket(loop& loop, address_family family = address_family::ipv4) : loop_(&loop) {
    query_request made{.kind = query_kind::socket, .family = family, .name = "socket"};
    result<void> answer = loop.below().query(made);
    EXPECT_TRUE(answer) << message(answer.error());
    id = static_cast<handle_id>(made.value);
  }
  bare_socket(loop& loop, handle_id existing) : id(existing), loop_(&loop) {}
  bare_socket(const bare_socket&) = delete;
  bare_socket& operator=(const bare_socket&) = delete;
  ~bare_socket() {
    if (id == handle_id::none) return;
    query_request closing{.kind = query_kind::close_now, .handle = id};
    EXPECT_TRUE(loop_->below().query(closing));
  }
  handle_id release() { return std::exchange(id, handle_id::none); }

  handle_id id = handle_id::none;

 private:
  loop* loop_;
};

/// A bare socket that listens on loopback.
struct bare_listener : bare_socket {
  explicit bare_listener(loop& loop, int backlog = 16) : bare_socket(loop) {
    query_request bind{.kind = query_kind::bind, .handle = id, .endpoint = address::loopback(0)};
    EXPECT_TRUE(loop.below().query(bind));
    query_request listen{.kind = query_kind::listen, .handle = id, .value = backlog};
    EXPECT_TRUE(loop.below().query(listen));
    query_request name{.kind = query_kind::local_address, .handle = id};
    EXPECT_TRUE(loop.below().query(name));
    where_bound = name.endpoint;
  }
  address where_bound;
};

/// Two connected sockets without streams around them. Making one runs the loop until they are.
struct socket_pair {
  explicit socket_pair(loop& loop) {
    bare_listener listener(loop);
    near.emplace(loop);
    connect_op connect;
    connect.handle = near->id;
    connect.target = listener.where_bound;
    connect.on_complete = [](op&, const completion& done) { EXPECT_EQ(done.error, errc::ok) << message(done.error); };
    struct accepting : accept_op {
      handle_id taken = handle_id::none;
    } accept;
    accept.handle = listener.id;
    accept.on_complete = [](op& self, const completion& done) {
      EXPECT_EQ(done.error, errc::ok) << message(done.error);
      static_cast<accepting&>(self).taken = static_cast<handle_id>(done.aux);
    };
    loop.submit(accept);
    loop.submit(connect);
    loop.run();
    far.emplace(loop, accept.taken);
  }
  std::optional<bare_socket> near;
  std::optional<bare_socket> far;
};

}  // namespace twinloop::contract

#endif
