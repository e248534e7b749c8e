// Which runs of a search belong to which of several machines.
#ifndef TWINLOOP_SIM_TESTING_SHARD_HPP
#define TWINLOOP_SIM_TESTING_SHARD_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twinloop::testing {

/// Shard `index` (from 1) of `of`. Each block of `of` consecutive runs has one run for each shard, in an order that
/// changes from block to block, so that no shard gets only the runs of one strategy of a rotation. Shards never
/// overlap, and together they are the whole search. The runs of a shard are counted by their place: its run in block 0,
/// 1, ...
struct shard {
  std::uint64_t index = 1;
  std::uint64_t of = 1;

  /// The number of the run at `place`.
  std::uint64_t run_at(std::uint64_t place) const;
  /// How many of the runs 0 to `runs` - 1 are this shard's.
  std::uint64_t places(std::uint64_t runs) const;
  /// The place of `run`; nothing if it is another shard's.
  std::optional<std::uint64_t> place_of(std::uint64_t run) const;
  bool whole() const { return of == 1; }
  std::string text() const;  ///< "2/4"
  bool operator==(const shard&) const = default;
  auto operator<=>(const shard&) const = default;

  /// "2/4"; nothing if it is no shard.
  static std::optional<shard> parse(std::string_view text);
};

}  // namespace twinloop::testing

#endif
