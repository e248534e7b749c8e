// The mutator of schedule inputs as a shared library for AFL++ (AFL_CUSTOM_MUTATOR_LIBRARY). It runs in afl-fuzz, so it
// knows no traces.
#include <cstring>
#include <memory>

#include "fuzz/mutation.hpp"

namespace {

struct mutator {
  twinloop::sim::random_stream random;
  std::vector<std::byte> made{};
};

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void* afl_custom_init(void*, unsigned seed) {
  return std::make_unique<mutator>(mutator{twinloop::sim::random_stream(seed)}).release();
}

__attribute__((visibility("default"))) std::size_t afl_custom_fuzz(void* self, std::uint8_t* data, std::size_t size,
                                                                   std::uint8_t** out, std::uint8_t* other,
                                                                   std::size_t other_size, std::size_t size_max) {
  auto& own = *static_cast<mutator*>(self);
  const auto input = std::as_bytes(std::span(data, size));
  const bool cross = other != nullptr && other_size > 0 && own.random.one_in(8);
  own.made = cross
                 ? twinloop::fuzz::cross_over(input, std::as_bytes(std::span(other, other_size)), size_max, own.random)
                 : twinloop::fuzz::mutate(input, nullptr, size_max, own.random);
  *out = reinterpret_cast<std::uint8_t*>(own.made.data());
  return own.made.size();
}

__attribute__((visibility("default"))) void afl_custom_deinit(void* self) {
  std::unique_ptr<mutator>(static_cast<mutator*>(self)).reset();
}
}
