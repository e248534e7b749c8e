// A simulated stream socket: one end of a connection, or a listener. Plain state; network.cpp moves the bytes.
#ifndef TWINLOOP_SIM_MACHINE_SOCKET_HPP
#define TWINLOOP_SIM_MACHINE_SOCKET_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "sim/names.hpp"
#include "twinloop/address.hpp"
#include "twinloop/assert.hpp"
#include "twinloop/kernel.hpp"
#include "twinloop/result.hpp"

namespace twinloop::sim {

struct descriptor_table;
struct machine;

/// Bytes on their way and arrived, in one ring: the sender copies them in at `tail`, arrival moves `visible`, reading
/// moves `head`. So a packet needs no memory of its own.
class byte_ring {
 public:
  std::size_t in_use() const { return static_cast<std::size_t>(tail_ - head_); }
  std::size_t readable() const { return static_cast<std::size_t>(visible_ - head_); }
  void clear() { head_ = visible_ = tail_ = 0; }
  void drop_under_way() { tail_ = visible_; }
  void arrive(std::size_t count) {
    visible_ += count;
    TWINLOOP_ASSERT(visible_ <= tail_);
  }
  void push(const void* bytes, std::size_t count) {
    if (in_use() + count > size_) grow(in_use() + count);
    const std::size_t at = tail_ & (size_ - 1);
    const std::size_t first = count < size_ - at ? count : size_ - at;
    std::memcpy(memory_.get() + at, bytes, first);
    if (count > first) std::memcpy(memory_.get(), static_cast<const std::byte*>(bytes) + first, count - first);
    tail_ += count;
  }
  void pop(void* bytes, std::size_t count) {
    TWINLOOP_ASSERT(count <= readable());
    const std::size_t at = head_ & (size_ - 1);
    const std::size_t first = count < size_ - at ? count : size_ - at;
    std::memcpy(bytes, memory_.get() + at, first);
    if (count > first) std::memcpy(static_cast<std::byte*>(bytes) + first, memory_.get(), count - first);
    head_ += count;
  }

 private:
  void grow(std::size_t need) {
    std::size_t size = size_ == 0 ? 1024 : size_;
    while (size < need) size *= 2;
    std::unique_ptr<std::byte[]> larger(new std::byte[size]);
    for (std::uint64_t i = head_; i < tail_; ++i) larger[i & (size - 1)] = memory_[i & (size_ - 1)];
    memory_ = std::move(larger);
    size_ = size;
  }
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_ = 0;  // a power of two
  std::uint64_t head_ = 0;
  std::uint64_t visible_ = 0;
  std::uint64_t tail_ = 0;
};

enum class socket_phase : std::uint8_t { fresh, bound, listening, connecting, half_open, connected };

struct socket {
  static constexpr std::size_t default_window = 128 * 1024;

  std::uint32_t generation = 0;  // of this slot; a stale event or peer pointer does not match
  socket_phase phase = socket_phase::fresh;
  descriptor_table* owner = nullptr;  // nullptr while it waits in a backlog
  machine* home = nullptr;
  std::uint32_t descriptor = 0;  // in the owner's table
  const name_node* node = nullptr;
  named in{};   // the receiving direction, and accepting
  named out{};  // the sending direction, and connecting
  address local{};
  address remote{};
  address_family family = address_family::ipv4;

  socket* peer = nullptr;
  std::uint32_t peer_generation = 0;
  byte_ring received;
  std::size_t window = default_window;  // bytes the sender may have under way or unread here
  std::int64_t last_arrival = 0;        // of what this end sent: packets of one direction keep their order
  std::int64_t not_before = 0;          // packets to this end that were stalled come then, and later ones no earlier
  errc error = errc::ok;                // pending, reported once, by whatever is called first
  bool ended = false;                   // the peer's FIN has arrived
  bool broken = false;                  // reset or timed out: sending fails for good
  bool holds_port = false;              // stands among its machine's ports
  bool fin_sent = false;
  bool sender_blocked = false;  // the peer waits for window
  bool probing = false;         // a reset from a vanished peer is on its way
  std::size_t unanswered = 0;   // bytes sent to a vanished peer; no more than a window of them

  // listeners
  socket* listener = nullptr;  // half_open: whose backlog it will join
  std::uint32_t listener_generation = 0;
  std::vector<socket*> backlog;  // connected, oldest first
  std::size_t backlog_limit = 0;
  std::size_t half_open_count = 0;

  // options that have no effect but are remembered, and those that do
  std::int64_t options[8] = {0, 0, 0, 0, 0, 0, 0, -1};

  std::int64_t& option(socket_option which) { return options[static_cast<int>(which)]; }
  bool has(socket_option which) const { return options[static_cast<int>(which)] != 0; }

  bool has_peer() const { return peer != nullptr && peer->generation == peer_generation; }
  /// Whether receive of a connection, or accept of a listener, would give something else than would_block.
  bool readable() const {
    if (phase == socket_phase::listening) return !backlog.empty();
    return received.readable() > 0 || ended || broken;
  }
};

}  // namespace twinloop::sim

#endif
