// The one generator of the simulator: splittable, so that adding a consumer shifts nobody else's numbers.
// SplitMix64 (Steele, Lea, Flood 2014), with its published constants; bounded draws by multiply-high (Lemire 2019,
// without the rejection step: a bias below n / 2^64 does not matter here, and the number of draws stays fixed).
#ifndef TWINLOOP_SIM_RANDOM_HPP
#define TWINLOOP_SIM_RANDOM_HPP

#include <cstdint>

namespace twinloop::sim {

/// Mixes 64 bits well (the output function of SplitMix64).
constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

class random_stream {
 public:
  explicit constexpr random_stream(std::uint64_t seed) : state_(seed) {}
  /// A stream that is independent of this one and of others split off under other purposes.
  constexpr random_stream split(std::uint64_t purpose) const {
    return random_stream(mix64(state_ ^ mix64(purpose + 0x9e3779b97f4a7c15ull)));
  }
  constexpr std::uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ull); }
  /// In [0, n), n >= 1.
  constexpr std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32); }
  /// True once in `n`.
  constexpr bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace twinloop::sim

#endif
