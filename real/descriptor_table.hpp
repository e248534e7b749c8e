// What a handle_id stands for: a table of descriptors whose entries never move.
//
// A handle_id is an entry's index and the generation it had when it was opened, so a stale handle or event never
// reaches the next owner of the entry. Pool threads look handles up too (jobs use files that were opened elsewhere):
// they pin an entry while they use its file descriptor, and a close takes effect when the last pin is gone. So a file
// descriptor number is never reused under somebody's hands.
// Thread: insert, pin, unpin, begin_close and end_close may be called by any thread; find and the fields of a
// descriptor that are marked so belong to the loop's thread.
#ifndef TWINLOOP_REAL_DESCRIPTOR_TABLE_HPP
#define TWINLOOP_REAL_DESCRIPTOR_TABLE_HPP

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "twinloop/op.hpp"

namespace twinloop::real {

enum class descriptor_kind : std::uint8_t { none, socket, file };

struct descriptor {
  // Generation in the high half; below it two flags and the number of pins.
  std::atomic<std::uint64_t> state{closing_flag};
  int fd = -1;
  descriptor_kind kind = descriptor_kind::none;

  // The rest is the loop's.
  bool registered = false;         ///< known to epoll
  bool listens = false;            ///< has had an accept
  bool muted = false;              ///< a listener that epoll reports nothing of, because nobody accepts
  std::uint8_t accept_share = 1;   ///< connections that a listener takes per event
  std::uint32_t accept_poll = 0;   ///< the last poll in which a listener took its share
  bool readable = false;           ///< the last word was: a receive would find something
  bool writable = true;            ///< the last word was: a send would find room
  bool hang_up = false;            ///< after this a short read does not mean that there is no more
  bool connected = false;          ///< by connect; Linux lets a second connect succeed once
  bool reuse_address_set = false;  ///< the program has chosen SO_REUSEADDR itself
  bool lingers = false;            ///< closing it may block: the pool does it
  bool inline_reads = true;        ///< the file system knows RWF_NOWAIT
  std::uint32_t file_calls = 0;    ///< pending file ops
  op* input = nullptr;             ///< the pending recv or accept
  op* output = nullptr;            ///< the pending send
  op* connect = nullptr;           ///< the pending connect
  op* closer = nullptr;            ///< the close that waits for the file ops
  bool close_wanted = false;       ///< also when its op was detached
  std::uint32_t index = 0;         ///< its place in the table, for ever
  std::uint32_t next_free = 0;     ///< the table's

  static constexpr std::uint64_t closing_flag = 1u << 31;  ///< no new pins
  static constexpr std::uint64_t orphan_flag = 1u << 30;   ///< whoever drops the last pin closes
  static constexpr std::uint64_t pin_mask = orphan_flag - 1;
};

class descriptor_table {
 public:
  descriptor_table() = default;
  /// Closes what is left.
  ~descriptor_table();
  descriptor_table(const descriptor_table&) = delete;
  descriptor_table& operator=(const descriptor_table&) = delete;

  /// Takes over `fd`. At 2^20 open descriptors: too_many_handles, and `fd` is closed.
  result<handle_id> insert(int fd, descriptor_kind kind);

  /// The open descriptor of `handle`, or nullptr if it is stale.
  descriptor* find(handle_id handle) const {
    descriptor* entry = entry_of(handle);
    if (entry == nullptr) return nullptr;
    const std::uint64_t state = entry->state.load(std::memory_order_acquire);
    return state >> 32 == generation_of(handle) && (state & descriptor::closing_flag) == 0 ? entry : nullptr;
  }
  descriptor* find(handle_id handle, descriptor_kind kind) const {
    descriptor* entry = find(handle);
    return entry != nullptr && entry->kind == kind ? entry : nullptr;
  }

  /// Keeps the file descriptor of `handle` open until unpin; nullptr if it is stale or of another kind.
  descriptor* pin(handle_id handle, descriptor_kind kind);
  void unpin(descriptor& pinned) noexcept;
  /// The entry of a handle that is pinned, also when it is being closed.
  descriptor& pinned(handle_id handle) const;

  /// Makes `handle` stale for everybody. False: it was so already.
  bool begin_close(handle_id handle) noexcept;
  /// After begin_close: closes as soon as nothing has it pinned, which may be at once.
  void end_close(handle_id handle) noexcept;

 private:
  static constexpr std::uint32_t chunk_size = 256;
  static constexpr std::uint32_t chunk_count = 4096;
  static constexpr std::uint32_t no_entry = UINT32_MAX;

  static std::uint32_t index_of(handle_id handle) { return static_cast<std::uint32_t>(handle); }
  static std::uint64_t generation_of(handle_id handle) { return static_cast<std::uint64_t>(handle) >> 32; }
  descriptor* entry_of(handle_id handle) const {
    const std::uint32_t index = index_of(handle);
    if (index >= chunk_size * chunk_count) return nullptr;
    descriptor* chunk = chunks_[index / chunk_size].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : chunk + index % chunk_size;
  }
  descriptor& at(std::uint32_t index) const { return *entry_of(static_cast<handle_id>(index)); }
  bool grow();
  void release(descriptor& entry) noexcept;

  std::mutex free_lock_;  // guards the free list; taken once per open and close
  std::uint32_t first_free_ = no_entry;
  std::uint32_t grown_ = 0;
  std::array<std::atomic<descriptor*>, chunk_count> chunks_{};
};

}  // namespace twinloop::real

#endif
