// Equal-sized receive buffers, taken when data is there and given back by whoever read it.
//
//   buffer_pool pool(64, 16 * 1024);
//   recv_op read;  read.pool = &pool;      // completion: pool.bytes(index, count), then pool.give_back(index)
//
// Idle connections hold no memory this way. The last buffer given back is the next one taken, so that it is warm.
// Thread: one loop's. An exhausted pool is not an error of the pool: recv completes with no_buffers.
#ifndef TWINLOOP_BUFFER_POOL_HPP
#define TWINLOOP_BUFFER_POOL_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "twinloop/assert.hpp"

namespace twinloop {

class buffer_pool {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  /// `count` buffers (1..65536) of `size` bytes (1 byte..16 MiB) each, allocated here; never grows.
  buffer_pool(std::uint32_t count, std::size_t size);

  std::size_t buffer_size() const { return size_; }
  std::uint32_t available() const { return static_cast<std::uint32_t>(free_.size()); }

  /// The index of a buffer that is now the caller's, or `none`.
  std::uint32_t take() {
    if (free_.empty()) return none;
    std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  /// Returns a buffer; giving one back twice is a broken contract (caught when the pool would overflow).
  void give_back(std::uint32_t index) {
    TWINLOOP_ASSERT(index < count_);
    TWINLOOP_ASSERT(free_.size() < count_);
    free_.push_back(index);
  }
  /// All of buffer `index`, or its first `length` bytes.
  std::span<std::byte> bytes(std::uint32_t index) { return {memory_.get() + index * size_, size_}; }
  std::span<std::byte> bytes(std::uint32_t index, std::size_t length) { return bytes(index).first(length); }

 private:
  std::size_t size_;
  std::uint32_t count_;
  std::unique_ptr<std::byte[]> memory_;
  std::vector<std::uint32_t> free_;
};

}  // namespace twinloop

#endif
