// Which runs of a search belong to which of several machines.
#include "sim/testing/shard.hpp"

#include <fmt/format.h>

#include "sim/testing/text.hpp"
#include "twinloop/assert.hpp"

namespace twinloop::testing {
namespace {

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014). Part of the results format: shards of different machines must
/// agree for ever.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

}  // namespace

std::uint64_t shard::run_at(std::uint64_t place) const {
  TWINLOOP_ASSERT(index >= 1 && index <= of);
  return place * of + (index - 1 + mixed(place)) % of;
}

std::uint64_t shard::places(std::uint64_t runs) const {
  const std::uint64_t whole_blocks = runs / of;
  return whole_blocks * of == runs || run_at(whole_blocks) >= runs ? whole_blocks : whole_blocks + 1;
}

std::optional<std::uint64_t> shard::place_of(std::uint64_t run) const {
  const std::uint64_t place = run / of;
  if (run_at(place) != run) return std::nullopt;
  return place;
}

std::string shard::text() const { return fmt::format("{}/{}", index, of); }

std::optional<shard> shard::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto index = parse_number(text.substr(0, slash));
  const auto of = parse_number(text.substr(slash + 1));
  if (!index || !of || *index < 1 || *index > *of || *of > 1'000'000) return std::nullopt;
  return shard{*index, *of};
}

}  // namespace twinloop::testing
