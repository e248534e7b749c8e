// Memory that a worker process shares with the one that watches it.
#include "sim/testing/shared_memory.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

#include "twinloop/assert.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t counter_bytes = 4096;
constexpr std::size_t log_bytes = std::size_t{64} << 20;

#ifdef MAP_NORESERVE
constexpr int mapping_flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
#else
constexpr int mapping_flags = MAP_SHARED | MAP_ANONYMOUS;
#endif

/// Address space, not memory: pages come into being when they are written. Systems that count reserved memory may
/// refuse the large one, and a small one serves all but the longest runs.
std::span<std::byte> map_shared() {
  for (std::size_t size = std::size_t{1} << 30; size >= log_bytes * 2; size /= 2) {
    void* const start = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, mapping_flags, -1, 0);
    if (start != MAP_FAILED) return {static_cast<std::byte*>(start), size};
  }
  throw std::system_error(errno, std::generic_category(), "cannot map memory to share with worker processes");
}

}  // namespace

void message_log::append(std::uint32_t kind, std::string_view bytes) {
  const std::uint64_t at = committed().load(std::memory_order_relaxed);
  const std::size_t padded = (bytes.size() + 7) / 8 * 8;
  if (bytes.size() > UINT32_MAX || at + 8 + padded > memory_.size()) return;
  const std::uint32_t head[2] = {kind, static_cast<std::uint32_t>(bytes.size())};
  std::memcpy(memory_.data() + at, head, sizeof head);
  if (!bytes.empty()) std::memcpy(memory_.data() + at + sizeof head, bytes.data(), bytes.size());
  committed().store(at + sizeof head + padded, std::memory_order_release);
}

std::optional<message_log::message> message_log::next(std::size_t& position) const {
  if (position == 0) position = header_bytes;
  if (position + 8 > committed().load(std::memory_order_acquire)) return std::nullopt;
  std::uint32_t head[2];
  std::memcpy(head, memory_.data() + position, sizeof head);
  const char* const bytes = reinterpret_cast<const char*>(memory_.data() + position + sizeof head);
  position += sizeof head + (std::size_t{head[1]} + 7) / 8 * 8;
  return message{head[0], {bytes, head[1]}};
}

shared_memory::shared_memory() : memory_(map_shared()) {
  static_assert(sizeof(worker_counters) <= counter_bytes);
  counters_ = new (memory_.data()) worker_counters;
  log_.emplace(memory_.subspan(counter_bytes, log_bytes));
  log_->clear();
  record_ = std::make_unique<sim::recording>(memory_.subspan(counter_bytes + log_bytes));
}

shared_memory::~shared_memory() {
  record_.reset();
  const int unmapped = ::munmap(memory_.data(), memory_.size());
  TWINLOOP_ASSERT(unmapped == 0);
}

void shared_memory::clear() {
  new (counters_) worker_counters;
  log_->clear();
  record_->begin(0);
  record_->end();
}

}  // namespace twinloop::testing
