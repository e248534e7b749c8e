// One side of a ping-pong or a stream on intrusive operations.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "harness/report.hpp"
#include "harness/sockets.hpp"
#include "subject/operations.hpp"
#include "twinloop/loop.hpp"

namespace bench::subject {

/// Reads into one buffer while the other may still be written from.
class connection {
 public:
  enum class role { echo, client, sink, source };

  connection(twinloop::loop& loop, twinloop::handle_id socket, role plays, std::size_t size)
      : loop_(loop), role_(plays), size_(size) {
    const std::size_t room = plays == role::sink ? read_size : 4096;
    for (auto& buffer : buffers_) buffer.resize(room);
    if (plays == role::client || plays == role::source) out_.resize(size);
    read_.owner = write_.owner = this;
    read_.handle = write_.handle = socket;
    read_.on_complete = [](twinloop::op& self, const twinloop::completion& done) {
      static_cast<owned<twinloop::recv_op, connection>&>(self).owner->received(done);
    };
    write_.on_complete = [](twinloop::op& self, const twinloop::completion& done) {
      static_cast<owned<twinloop::send_op, connection>&>(self).owner->sent(done);
    };
    if (plays != role::sink && plays != role::echo) send(out_.data(), out_.size());
    if (plays != role::source) read();
  }

 private:
  void read() {
    read_.buffer = buffers_[reading_];
    loop_.submit(read_);
  }
  void send(const std::byte* bytes, std::size_t size) {
    slice_ = {bytes, size};
    write_.slices = {&slice_, 1};
    loop_.submit(write_);
  }

  void received(const twinloop::completion& done) {
    require(done.error, "recv");
    const std::size_t count = static_cast<std::size_t>(done.count);
    if (count == 0) fail("end of stream");
    switch (role_) {
      case role::sink:
        bump(count);
        return read();
      case role::client:
        received_ += count;
        if (received_ == size_) {
          received_ = 0;
          bump();
          send_message();
        }
        return read();
      default:
        return echo(count);
    }
  }

  /// There is no order between the completions of two directions: the answer may come before the send's own.
  void send_message() {
    if (write_.state == twinloop::op_state::idle) return send(out_.data(), size_);
    send_again_ = true;
  }

  /// Sends back what came and reads on into the other buffer; while a send is under way there is none free.
  void echo(std::size_t count) {
    if (write_.state != twinloop::op_state::idle) {
      held_ = count;
      return;
    }
    send(buffers_[reading_].data(), count);
    reading_ = 1 - reading_;
    read();
  }

  void sent(const twinloop::completion& done) {
    require(done.error, "send");
    const std::size_t count = static_cast<std::size_t>(done.count);
    if (count < slice_.size) return send(static_cast<const std::byte*>(slice_.data) + count, slice_.size - count);
    if (role_ == role::source) return send(out_.data(), out_.size());
    if (std::exchange(send_again_, false)) return send(out_.data(), size_);
    if (held_ == 0) return;
    const std::size_t held = held_;
    held_ = 0;
    echo(held);
  }

  twinloop::loop& loop_;
  role role_;
  std::size_t size_;
  std::size_t received_ = 0;
  std::size_t held_ = 0;
  std::size_t reading_ = 0;
  bool send_again_ = false;
  owned<twinloop::recv_op, connection> read_;
  owned<twinloop::send_op, connection> write_;
  twinloop::io_slice slice_{};
  std::vector<std::byte> buffers_[2];
  std::vector<std::byte> out_;
};

}  // namespace bench::subject
