// Mutations of an input as what it is, a list of answers: one answer changed, spans inserted, deleted, doubled or set
// to natural, neighbours swapped, a new ending. The list of orders and that of values are changed apart.
#ifndef TWINLOOP_FUZZ_MUTATION_HPP
#define TWINLOOP_FUZZ_MUTATION_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/random.hpp"
#include "twinloop/choices.hpp"

namespace twinloop::fuzz {

/// What the run of an input asked, byte by byte: byte i was part of an answer in [0, schedule[i]). Bytes behind the end
/// were not used.
struct input_trace {
  std::vector<std::uint32_t> schedule;
  std::vector<std::uint32_t> data;
  bool schedule_wanted = false;  ///< the run asked for more than there was
  bool data_wanted = false;
};

/// A changed input of at most `size_max` bytes. `known`: the trace of the input's own run, or nullptr; with it no
/// mutation is lost on bytes that answer nothing, and a changed answer is another one.
std::vector<std::byte> mutate(std::span<const std::byte> input, const input_trace* known, std::size_t size_max,
                              sim::random_stream& random);

/// The beginning of one input and the end of another, stream by stream.
std::vector<std::byte> cross_over(std::span<const std::byte> first, std::span<const std::byte> second,
                                  std::size_t size_max, sim::random_stream& random);

}  // namespace twinloop::fuzz

#endif
