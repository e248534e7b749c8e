// What will happen later: a 4-ary heap of (time, sequence) with 32-byte entries.
#ifndef TWINLOOP_SIM_EVENT_QUEUE_HPP
#define TWINLOOP_SIM_EVENT_QUEUE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace twinloop::sim {

enum class event_kind : std::uint8_t {
  deadline,      // a process's wait runs out
  data,          // bytes become visible in a socket; value = how many
  fin,           // the peer ended its side
  reset,         // the peer reset the connection
  syn,           // a connection request arrives; value = attempt
  established,   // SYN-ACK: the connecting side is connected
  acknowledged,  // the ACK of the handshake: the listening side may accept
  refused,       // nobody listens
  window,        // the receiver has read: a blocked sender may go on
  call_done,     // a file call or lookup of a pool is done
  resume_job,    // a job's blocking call is done
  resume_main,   // a blocking call from a process's loop thread is done
  start,         // a process starts
  callback,      // world::at
  release,       // completions held until now go back
};

struct scheduled {
  __extension__ unsigned __int128 key;  // time in the high half, sequence in the low one
  void* subject;
  std::uint32_t value;
  std::uint32_t kind_and_generation;  // kind in the low 8 bits

  std::int64_t time() const { return static_cast<std::int64_t>(key >> 64); }
  std::uint64_t sequence() const { return static_cast<std::uint64_t>(key); }
  event_kind kind() const { return static_cast<event_kind>(kind_and_generation & 0xff); }
  std::uint32_t generation() const { return kind_and_generation >> 8; }
};
inline constexpr std::uint32_t event_generation_mask = 0xffffff;

class event_queue {
 public:
  bool empty() const { return size_ == 0; }
  const scheduled& top() const { return heap_[0]; }
  /// The sequence number of the next event to be pushed.
  std::uint64_t next_sequence() const { return sequence_; }
  void clear() {
    size_ = 0;
    sequence_ = 0;
  }

  void push(std::int64_t time, event_kind kind, void* subject, std::uint32_t generation, std::uint32_t value) {
    __extension__ using key = unsigned __int128;
    scheduled added{static_cast<key>(static_cast<std::uint64_t>(time)) << 64 | sequence_++, subject, value,
                    (generation & event_generation_mask) << 8 | static_cast<std::uint32_t>(kind)};
    if (size_ == capacity_) make_room();
    std::size_t hole = size_++;
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (!(added.key < heap_[parent].key)) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = added;
  }

  [[gnu::always_inline]] scheduled pop() {
    const scheduled first = heap_[0];
    const scheduled moved = heap_[--size_];
    if (size_ != 0) sift_down(moved);
    return first;
  }

 private:
  void sift_down(const scheduled& moved) {
    const std::size_t size = size_;
    scheduled* const heap = heap_.get();
    std::size_t hole = 0;
    for (;;) {
      const std::size_t first = hole * 4 + 1;
      if (first >= size) break;
      std::size_t least = first;
      if (first + 3 < size) {  // without branches, as in loop/timer_queue.cpp
        const std::size_t left = first + (heap[first + 1].key < heap[first].key);
        const std::size_t right = first + 2 + (heap[first + 3].key < heap[first + 2].key);
        least = heap[right].key < heap[left].key ? right : left;
      } else {
        for (std::size_t child = first + 1; child < size; ++child) {
          if (heap[child].key < heap[least].key) least = child;
        }
      }
      if (!(heap[least].key < moved.key)) break;
      heap[hole] = heap[least];
      hole = least;
    }
    heap[hole] = moved;
  }

  [[gnu::noinline]] void make_room() {
    capacity_ = std::max<std::size_t>(16, capacity_ * 2);
    std::unique_ptr<scheduled[]> larger(new scheduled[capacity_]);
    std::copy(heap_.get(), heap_.get() + size_, larger.get());
    heap_ = std::move(larger);
  }

  std::unique_ptr<scheduled[]> heap_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace twinloop::sim

#endif
