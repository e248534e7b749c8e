#include "twinloop/buffer_pool.hpp"

namespace twinloop {

buffer_pool::buffer_pool(std::uint32_t count, std::size_t size) : size_(size), count_(count) {
  TWINLOOP_ASSERT(count >= 1 && count <= 65536);
  TWINLOOP_ASSERT(size >= 1 && size <= (std::size_t{16} << 20));
  memory_.reset(new std::byte[count * size]);  // left unwritten: pages come with first use
  free_.reserve(count);
  for (std::uint32_t index = count; index-- > 0;) free_.push_back(index);
}

}  // namespace twinloop
