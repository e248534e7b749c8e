// Opening, pinning and closing entries of the descriptor table.
#include "real/descriptor_table.hpp"

#include <unistd.h>

namespace twinloop::real {
namespace {

/// Forgets the entry's last owner.
void reset(descriptor& entry) {
  entry.registered = false;
  entry.listens = false;
  entry.muted = false;
  entry.accept_share = 1;
  entry.accept_poll = 0;
  entry.readable = false;
  entry.writable = true;
  entry.hang_up = false;
  entry.connected = false;
  entry.reuse_address_set = false;
  entry.lingers = false;
  entry.inline_reads = true;
  entry.file_calls = 0;
  entry.input = nullptr;
  entry.output = nullptr;
  entry.connect = nullptr;
  entry.closer = nullptr;
  entry.close_wanted = false;
}

}  // namespace

descriptor_table::~descriptor_table() {
  for (std::uint32_t index = 0; index < grown_; ++index) {
    if (at(index).fd >= 0) ::close(at(index).fd);
  }
  for (std::atomic<descriptor*>& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
}

/// One more chunk on the free list, lowest index first. With the lock held.
bool descriptor_table::grow() {
  if (grown_ == chunk_size * chunk_count) return false;
  auto* chunk = new descriptor[chunk_size];
  for (std::uint32_t i = 0; i < chunk_size; ++i) {
    chunk[i].index = grown_ + i;
    chunk[i].state.store(std::uint64_t{1} << 32 | descriptor::closing_flag, std::memory_order_relaxed);
    chunk[i].next_free = i + 1 < chunk_size ? grown_ + i + 1 : first_free_;
  }
  first_free_ = grown_;
  chunks_[grown_ / chunk_size].store(chunk, std::memory_order_release);
  grown_ += chunk_size;
  return true;
}

result<handle_id> descriptor_table::insert(int fd, descriptor_kind kind) {
  TWINLOOP_ASSERT(fd >= 0);
  TWINLOOP_ASSERT(kind != descriptor_kind::none);
  std::uint32_t index = no_entry;
  {
    const std::lock_guard guard(free_lock_);
    if (first_free_ != no_entry || grow()) {
      index = first_free_;
      first_free_ = at(index).next_free;
    }
  }
  if (index == no_entry) {
    ::close(fd);
    return unexpected(errc::too_many_handles);
  }
  descriptor& entry = at(index);
  reset(entry);
  entry.fd = fd;
  entry.kind = kind;
  const std::uint64_t generation = entry.state.load(std::memory_order_relaxed) >> 32;
  entry.state.store(generation << 32, std::memory_order_release);
  return static_cast<handle_id>(generation << 32 | index);
}

descriptor* descriptor_table::pin(handle_id handle, descriptor_kind kind) {
  descriptor* entry = entry_of(handle);
  if (entry == nullptr) return nullptr;
  std::uint64_t state = entry->state.load(std::memory_order_relaxed);
  do {
    if (state >> 32 != generation_of(handle)) return nullptr;
    if ((state & descriptor::closing_flag) != 0) return nullptr;
    TWINLOOP_ASSERT((state & descriptor::pin_mask) < descriptor::pin_mask);
  } while (!entry->state.compare_exchange_weak(state, state + 1, std::memory_order_acquire, std::memory_order_relaxed));
  if (entry->kind == kind) return entry;
  unpin(*entry);
  return nullptr;
}

void descriptor_table::unpin(descriptor& pinned) noexcept {
  const std::uint64_t before = pinned.state.fetch_sub(1, std::memory_order_acq_rel);
  TWINLOOP_ASSERT((before & descriptor::pin_mask) > 0);
  if ((before & descriptor::orphan_flag) != 0 && (before & descriptor::pin_mask) == 1) release(pinned);
}

descriptor& descriptor_table::pinned(handle_id handle) const {
  descriptor* entry = entry_of(handle);
  TWINLOOP_ASSERT(entry != nullptr);
  const std::uint64_t state = entry->state.load(std::memory_order_relaxed);
  TWINLOOP_ASSERT(state >> 32 == generation_of(handle));
  TWINLOOP_ASSERT((state & descriptor::pin_mask) > 0);
  return *entry;
}

bool descriptor_table::begin_close(handle_id handle) noexcept {
  descriptor* entry = entry_of(handle);
  if (entry == nullptr) return false;
  std::uint64_t state = entry->state.load(std::memory_order_relaxed);
  do {
    if (state >> 32 != generation_of(handle)) return false;
    if ((state & descriptor::closing_flag) != 0) return false;
  } while (!entry->state.compare_exchange_weak(state, state | descriptor::closing_flag, std::memory_order_acq_rel,
                                               std::memory_order_relaxed));
  return true;
}

void descriptor_table::end_close(handle_id handle) noexcept {
  descriptor* entry = entry_of(handle);
  TWINLOOP_ASSERT(entry != nullptr);
  const std::uint64_t before = entry->state.fetch_or(descriptor::orphan_flag, std::memory_order_acq_rel);
  TWINLOOP_ASSERT(before >> 32 == generation_of(handle));
  TWINLOOP_ASSERT((before & descriptor::closing_flag) != 0);
  if ((before & descriptor::pin_mask) == 0) release(*entry);
}

/// Closes the file descriptor and makes the entry free, one generation later.
void descriptor_table::release(descriptor& entry) noexcept {
  const int fd = entry.fd;
  entry.fd = -1;
  entry.kind = descriptor_kind::none;
  // The result says nothing that anybody could act on: on Linux the number is free whatever close(2) returns.
  ::close(fd);
  std::uint64_t generation = (entry.state.load(std::memory_order_relaxed) >> 32) + 1;
  if (generation > UINT32_MAX) generation = 1;  // 0 would make handle_id::none of index 0
  entry.state.store(generation << 32 | descriptor::closing_flag, std::memory_order_release);
  const std::lock_guard guard(free_lock_);
  entry.next_free = first_free_;
  first_free_ = entry.index;
}

}  // namespace twinloop::real
