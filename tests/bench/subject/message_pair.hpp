// The two programs of sim-pingpong and sim-worlds: a server and a client that exchange messages of 64 bytes in turn
// over one connection, on intrusive operations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "harness/arguments.hpp"
#include "subject/sockets.hpp"
#include "twinloop/loop.hpp"

namespace bench::subject {

inline constexpr std::uint16_t pair_port = 4000;

/// One end. It ends when `left`, which both ends count down, reaches zero, or when the other end has closed.
class message_end {
 public:
  message_end(twinloop::loop& loop, std::size_t& left) : loop_(loop), left_(left) {
    read_.owner = write_.owner = this;
    read_.on_complete = [](twinloop::op& self, const twinloop::completion& done) {
      static_cast<owned<twinloop::recv_op, message_end>&>(self).owner->received(done);
    };
    write_.on_complete = [](twinloop::op& self, const twinloop::completion& done) {
      static_cast<owned<twinloop::send_op, message_end>&>(self).owner->sent(done);
    };
  }

  void start(twinloop::handle_id socket, bool speaks_first) {
    read_.handle = write_.handle = socket;
    if (speaks_first) send();
    read();
  }

 private:
  static constexpr std::size_t size = 64;

  void read() {
    read_.buffer = {in_ + got_, sizeof in_ - got_};
    loop_.submit(read_);
  }
  /// There is no order between the completions of two directions: the answer may come before the send's own.
  void send() {
    if (write_.state != twinloop::op_state::idle) {
      send_again_ = true;
      return;
    }
    slice_ = {out_, size};
    write_.slices = {&slice_, 1};
    loop_.submit(write_);
  }
  void sent(const twinloop::completion& done) {
    if (closed_) return;
    require(done.error, "send");
    const auto count = static_cast<std::size_t>(done.count);
    if (count < slice_.size) {
      slice_ = {out_, slice_.size - count};  // all bytes of a message are alike
      return loop_.submit(write_);
    }
    if (std::exchange(send_again_, false)) send();
  }
  void close() {
    closed_ = true;
    close_.handle = read_.handle;
    close_.on_complete = [](twinloop::op&, const twinloop::completion&) {};
    loop_.submit(close_);
  }
  void received(const twinloop::completion& done) {
    require(done.error, "recv");
    if (done.count == 0) return close();
    got_ += static_cast<std::size_t>(done.count);
    if (got_ < size) return read();
    got_ = 0;
    if (--left_ == 0) return close();
    send();
    read();
  }

  twinloop::loop& loop_;
  std::size_t& left_;
  owned<twinloop::recv_op, message_end> read_;
  owned<twinloop::send_op, message_end> write_;
  twinloop::close_op close_;
  twinloop::io_slice slice_{};
  std::size_t got_ = 0;
  bool send_again_ = false;
  bool closed_ = false;
  std::byte in_[256];
  std::byte out_[size] = {};
};

/// Serves one connection.
inline int pair_server(twinloop::loop& loop, std::size_t& left) {
  message_end end(loop, left);
  owned<twinloop::accept_op, message_end> accept;
  accept.owner = &end;
  accept.handle = open_listener(loop, twinloop::address::any(pair_port));
  accept.on_complete = [](twinloop::op& self, const twinloop::completion& done) {
    require(done.error, "accept");
    auto& accepting = static_cast<owned<twinloop::accept_op, message_end>&>(self);
    accepting.owner->start(static_cast<twinloop::handle_id>(done.aux), false);
  };
  loop.submit(accept);
  loop.run();
  close_now(loop, accept.handle);
  return 0;
}

inline int pair_client(twinloop::loop& loop, const twinloop::address& server, std::size_t& left) {
  message_end end(loop, left);
  owned<twinloop::connect_op, message_end> connect;
  connect.owner = &end;
  connect.handle = open_socket(loop, "client");
  connect.target = server;
  connect.on_complete = [](twinloop::op& self, const twinloop::completion& done) {
    require(done.error, "connect");
    static_cast<owned<twinloop::connect_op, message_end>&>(self).owner->start(self.handle, true);
  };
  loop.submit(connect);
  loop.run();
  return 0;
}

}  // namespace bench::subject
