// The entry points of a schedule fuzzer, for libFuzzer and for AFL++'s driver alike.
//
//   fuzz_kv [libFuzzer's options] [CORPUS...]        TWINLOOP_FUZZ_SCENARIO=kv-expiry chooses another of its scenarios;
//   fuzz_kv --to-replay INPUT [FILE]                 so does the name: fuzz_kv-expiry, a copy of or a link to fuzz_kv
//   fuzz_kv --make-seeds DIRECTORY [COUNT]
//
// TWINLOOP_FUZZ_KINDS=pick,defer,... limits what may deviate.
// TWINLOOP_FUZZ_FEEDBACK=pairs,code,values says what of the order is fed back; "none" leaves the code alone.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "fuzz/engine.hpp"
#include "fuzz/program.hpp"
#include "fuzz/schedule_target.hpp"
#include "sim/testing/file_io.hpp"
#include "sim/testing/text.hpp"

namespace {

namespace fuzz = twinloop::fuzz;
namespace testing = twinloop::testing;

constexpr const char* name_prefix = "fuzz_";
constexpr std::uint32_t seeds_default = 16;
std::unique_ptr<fuzz::schedule_target> target;

[[noreturn]] void leave(int status, const std::string& text) {
  fmt::print(stderr, "{}", text);
  ::_exit(status);  // no leak check, no exit handlers of the fuzzer
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// As asked in the environment, else as this file is named, else the program's first.
fuzz::fuzzed_scenario choose_scenario(const std::string& binary) {
  const std::vector<testing::scenario> all = fuzz::program_scenarios();
  const std::string asked = variable("TWINLOOP_FUZZ_SCENARIO");
  std::string named = testing::base_name(binary);
  if (named.starts_with(name_prefix)) named = named.substr(std::strlen(name_prefix));
  std::string known;
  for (const testing::scenario& each : all) {
    if (each.name == (asked.empty() ? named : asked)) return {fuzz::program_name(), each};
    known += fmt::format("{}{}", known.empty() ? "" : ", ", each.name);
  }
  if (asked.empty()) return {fuzz::program_name(), all.front()};
  leave(2, fmt::format("TWINLOOP_FUZZ_SCENARIO={}: there is no such scenario; known: {}\n", asked, known));
}

/// The kinds of a comma-separated list; 0 = all that the scenario searches.
std::uint32_t kinds_of(std::string_view list) {
  std::uint32_t kinds = 0;
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(word.size() + 1, list.size()));
    const std::size_t kind = twinloop::sim::parse_choice_kind(word);
    if (kind == twinloop::sim::choice_kinds) leave(2, fmt::format("TWINLOOP_FUZZ_KINDS: no kind \"{}\"\n", word));
    const std::uint32_t bit = twinloop::sim::bit(static_cast<twinloop::sim::choice_kind>(kind));
    if ((twinloop::sim::reserved_kinds() & bit) != 0) {
      leave(2, fmt::format("TWINLOOP_FUZZ_KINDS: {} is reserved: no world asks choices of that kind yet\n", word));
    }
    kinds |= bit;
  }
  return kinds;
}

fuzz::coverage_parts feedback(const std::string& asked) {
  if (asked.empty()) return {};
  const auto has = [&](const char* part) { return asked.find(part) != std::string::npos; };
  return {has("pairs"), has("code"), has("values")};
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

int to_replay(const std::string& input, const std::string& file) {
  std::string error;
  const auto bytes = testing::read_whole_file(input, error);
  if (!bytes) leave(2, error + "\n");
  return target->write_replay(bytes_of(*bytes), file) ? 0 : 1;
}

/// Does one of our own commands, and ends; else comes back.
void own_command(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "--to-replay") {
    if (argc < 3) leave(2, "--to-replay INPUT [FILE]: which input?\n");
    leave(to_replay(argv[2], argc > 3 ? argv[3] : ""), "");
  }
  if (command == "--make-seeds") {
    if (argc < 3) leave(2, "--make-seeds DIRECTORY [COUNT]: which directory?\n");
    const auto count = argc > 3 ? testing::parse_number(argv[3]) : seeds_default;
    if (!count) leave(2, fmt::format("--make-seeds: {} is no number\n", argv[3]));
    const std::string error = target->write_seeds(argv[2], static_cast<std::uint32_t>(*count));
    leave(error.empty() ? 0 : 2, error.empty() ? "" : error + "\n");
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::string asked = variable("TWINLOOP_FUZZ_FEEDBACK");
  const bool none = asked == "none";
  target = std::make_unique<fuzz::schedule_target>(choose_scenario((*argv)[0]),
                                                   none ? std::span<std::uint8_t>() : fuzz::order_counters(),
                                                   fuzz::code_counters(), feedback(asked));
  if (const std::uint32_t kinds = kinds_of(variable("TWINLOOP_FUZZ_KINDS")); kinds != 0) target->limit_kinds(kinds);
  own_command(*argc, *argv);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  const testing::run_result result = target->run(input);
  fuzz::publish_order_counters();
  if (!testing::failing(result)) return 0;
  (void)target->write_replay(input, "");
  std::abort();  // the way a fuzzer hears of it
}

namespace {

std::size_t copy_out(const std::vector<std::byte>& made, std::uint8_t* out, std::size_t size_max) {
  const std::size_t size = std::min(made.size(), size_max);
  if (size > 0) std::memcpy(out, made.data(), size);
  return size;
}

/// Half of all new inputs go on from the frontier, whatever the fuzzer chose; the others change what it chose.
std::vector<std::byte> changed(std::span<const std::byte> input, std::size_t size_max, std::uint64_t seed) {
  twinloop::sim::random_stream random(seed);
  if (!target->reached().empty() && random.one_in(2)) return target->reached().go_on(size_max, random);
  return fuzz::mutate(input, target->known_trace(input), size_max, random);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned seed) {
  const auto input = std::as_bytes(std::span(data, size));
  return copy_out(changed(input, size_max, seed), data, size_max);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size,
                                                 const std::uint8_t* second, std::size_t second_size, std::uint8_t* out,
                                                 std::size_t size_max, unsigned seed) {
  twinloop::sim::random_stream random(seed);
  const auto input = std::as_bytes(std::span(first, first_size));
  // libFuzzer asks for this as often as for a mutation, and the end of another schedule seldom fits.
  if (!random.one_in(4)) return copy_out(changed(input, size_max, random.below(UINT32_MAX)), out, size_max);
  const auto other = std::as_bytes(std::span(second, second_size));
  return copy_out(fuzz::cross_over(input, other, size_max, random), out, size_max);
}
