// The bare loop under the least that a simulated kernel needs: a table of descriptors, a byte ring and a window per
// socket, acknowledgements, readiness that is reported once, one random draw of jitter per packet, and a trace hash
// that every event goes into. What a real simulator could come near to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "peers/sim_limit/world.hpp"

namespace bench::limit {

class fake_kernel;
struct fake_socket;

struct fake_node {
  std::vector<fake_socket*> sockets;
};

struct fake_socket {
  static constexpr std::uint32_t ring_size = 4096;
  std::unique_ptr<char[]> ring{new char[ring_size]};
  std::uint32_t head = 0;
  std::uint32_t tail = 0;
  std::uint32_t in_flight = 0;
  std::uint32_t window = 65536;
  bool notified = false;
  bool open = false;
  fake_socket* peer = nullptr;
  std::uint32_t descriptor = 0;
  std::uint32_t node = 0;
  void (*on_readable)(fake_kernel&, fake_socket&) = nullptr;
};

enum class segment_kind : std::uint32_t { data, acknowledgement, connect, connected };

class fake_kernel : public world {
 public:
  explicit fake_kernel(std::uint64_t seed) : nodes_(2) { random = random_numbers(seed); }

  fake_socket& open_socket(std::uint32_t node) {
    sockets_.emplace_back(new fake_socket);
    fake_socket& made = *sockets_.back();
    made.node = node;
    made.descriptor = static_cast<std::uint32_t>(nodes_[node].sockets.size());
    nodes_[node].sockets.push_back(&made);
    return made;
  }
  void connect(fake_socket& from) { transmit(from.peer, segment_kind::connect, nullptr, 0); }

  /// Both look the descriptor up, as a system call does.
  std::uint32_t write(std::uint32_t node, std::uint32_t descriptor, const char* bytes, std::uint32_t size) {
    fake_socket& from = *nodes_[node].sockets[descriptor];
    if (from.in_flight + size > from.window) return 0;
    from.in_flight += size;
    transmit(from.peer, segment_kind::data, bytes, size);
    return size;
  }
  std::uint32_t read(std::uint32_t node, std::uint32_t descriptor, char* out, std::uint32_t size) {
    fake_socket& from = *nodes_[node].sockets[descriptor];
    const std::uint32_t count = std::min(size, from.tail - from.head);
    for (std::uint32_t done = 0; done < count;) {
      const std::uint32_t place = from.head % fake_socket::ring_size;
      const std::uint32_t piece = std::min(count - done, fake_socket::ring_size - place);
      std::memcpy(out + done, &from.ring[place], piece);
      from.head += piece;
      done += piece;
    }
    return count;
  }

 private:
  struct segment {
    segment* next;
    fake_socket* target;
    std::uint32_t size;
    segment_kind kind;
    char bytes[message_size];
  };

  void note(std::uint64_t what) {
    trace_ = (trace_ ^ now() ^ what << 56 ^ events()) * 0xbf58476d1ce4e5b9u;
    trace_ ^= trace_ >> 31;
  }

  void transmit(fake_socket* target, segment_kind kind, const char* bytes, std::uint32_t size) {
    segment* sent = segments_.take();
    sent->target = target;
    sent->size = size;
    sent->kind = kind;
    if (bytes != nullptr) std::memcpy(sent->bytes, bytes, size);
    auto arrived = [](world& self, void* context) {
      static_cast<fake_kernel&>(self).arrive(static_cast<segment*>(context));
    };
    at(now() + 10 * millisecond + random.below(1000), arrived, sent);
  }

  void arrive(segment* arrived) {
    fake_socket& target = *arrived->target;
    note(static_cast<std::uint64_t>(arrived->kind));
    switch (arrived->kind) {
      case segment_kind::data:
        store(target, *arrived);
        if (!target.notified) notify(target);
        transmit(target.peer, segment_kind::acknowledgement, nullptr, arrived->size);
        break;
      case segment_kind::acknowledgement:
        target.in_flight -= arrived->size;
        break;
      case segment_kind::connect:
      case segment_kind::connected:
        target.open = true;
        notify(target);
        if (arrived->kind == segment_kind::connect) transmit(target.peer, segment_kind::connected, nullptr, 0);
        break;
    }
    segments_.give_back(arrived);
  }

  void store(fake_socket& target, const segment& arrived) {
    for (std::uint32_t done = 0; done < arrived.size;) {
      const std::uint32_t place = target.tail % fake_socket::ring_size;
      const std::uint32_t piece = std::min(arrived.size - done, fake_socket::ring_size - place);
      std::memcpy(&target.ring[place], arrived.bytes + done, piece);
      target.tail += piece;
      done += piece;
    }
  }

  void notify(fake_socket& target) {
    target.notified = true;
    auto readable = [](world& self, void* context) {
      auto& kernel = static_cast<fake_kernel&>(self);
      auto& ready = *static_cast<fake_socket*>(context);
      ready.notified = false;
      kernel.note(3);
      ready.on_readable(kernel, ready);
    };
    post(readable, &target);
  }

  std::uint64_t trace_ = 0x9e3779b97f4a7c15u;
  std::vector<fake_node> nodes_;
  free_list<segment, 32> segments_;
  std::vector<std::unique_ptr<fake_socket>> sockets_;
};

}  // namespace bench::limit
