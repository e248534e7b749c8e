// The generator of every workload's random numbers: SplitMix64 (Steele, Lea, Flood 2014), the same in all programs.
#pragma once

#include <cstdint>

namespace bench {

__extension__ typedef unsigned __int128 wide_word;

class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15u);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
  }
  /// Uniform in [0, bound), up to a bias of bound / 2^64.
  std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<wide_word>((*this)()) * bound) >> 64);
  }

 private:
  std::uint64_t state_;
};

}  // namespace bench
