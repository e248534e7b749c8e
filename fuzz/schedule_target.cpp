// One scenario as a fuzz target.
#include "fuzz/schedule_target.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "sim/testing/file_io.hpp"
#include "sim/testing/report.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::fuzz {
namespace {

constexpr std::uint64_t data_seed = 1;           // of the bytes that programs get from loop::random
constexpr std::size_t record_bytes = 16u << 20;  // of one run's choices
constexpr std::size_t traces_max = 4096;

std::uint64_t hash_of(std::span<const std::byte> bytes) {
  std::uint64_t hash = bytes.size();
  for (const std::byte each : bytes) hash = (hash ^ static_cast<std::uint64_t>(each)) * 0x100000001b3ull;
  return sim::mix64(hash);
}

/// The run that `input` gives, in a fresh process, whatever becomes of that.
testing::observation run_fresh(testing::shared_memory& memory, const testing::subject& what,
                               std::span<const std::byte> input) {
  target_source source(input, what.kinds, nullptr);
  return testing::run_isolated(memory, {&what, &source, data_seed, 0, false, nullptr}, {});
}

}  // namespace

schedule_target::schedule_target(fuzzed_scenario what, std::span<std::uint8_t> counters,
                                 std::span<const std::uint8_t> reached, coverage_parts parts)
    : what_(std::move(what)), subject_(testing::make_subject(what_.story, {})), record_(record_bytes) {
  if (!counters.empty()) coverage_ = std::make_unique<order_coverage>(counters, reached, parts);
}

testing::run_result schedule_target::run(std::span<const std::byte> input) {
  target_source source(input, subject_.kinds, coverage_.get());
  if (coverage_) coverage_->begin();
  testing::run_result result = testing::run_in(world_, {&subject_, &source, data_seed, 0, &record_, false});
  frontier_.reached(input, source.end(), source.asked());
  if (testing::failing(result)) result.choices.assign(record_.records().begin(), record_.records().end());
  remember(input, source.trace());
  return result;
}

void schedule_target::remember(std::span<const std::byte> input, const input_trace& trace) {
  if (traces_.size() >= traces_max) traces_.clear();
  traces_[hash_of(input)] = trace;
}

const input_trace* schedule_target::known_trace(std::span<const std::byte> input) const {
  const auto found = traces_.find(hash_of(input));
  return found == traces_.end() ? nullptr : &found->second;
}

bool schedule_target::write_replay(std::span<const std::byte> input, const std::string& path) {
  testing::shared_memory memory;
  testing::observation met = run_fresh(memory, subject_, input);
  if (!testing::failing(met.result)) {
    fmt::print(stderr, "{}: the input does not fail; its trace hash is {}\n", what_.story.name,
               testing::hex(met.result.hash));
    return false;
  }
  testing::finding found = testing::confirm(memory, subject_, data_seed, 0, std::move(met), {});
  std::string file = path;
  if (file.empty()) {
    const char* const directory = std::getenv("TWINLOOP_REPLAY_DIR");
    file = fmt::format("{}/{}-{:x}.twin", directory != nullptr ? directory : ".", what_.story.name,
                       found.seen.result.hash);
  }
  const auto error = testing::make_replay_file(found, subject_, what_.program).save(file);
  const std::string words = error ? "" : fmt::format("{} replay {}", what_.program, file);
  fmt::print(stderr, "{}{}", error ? *error + "\n" : "", testing::failure_report(found, {words, ""}, {}));
  return !error;
}

std::string schedule_target::write_seeds(const std::string& directory, std::uint32_t count) {
  for (std::uint32_t index = 0; index < count; ++index) {
    // Behind the opening runs of a search, all of which are natural or extremes.
    const auto source = sim::make_source(sim::plan_run(data_seed, index == 0 ? 0 : 1000 + index, subject_.kinds));
    (void)testing::run_in(world_, {&subject_, source.get(), data_seed, index, &record_, false});
    const std::vector<std::byte> input = encode(record_.records());
    const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
    const auto error = testing::replace_file(fmt::format("{}/{}-{}", directory, what_.story.name, index), bytes);
    if (error) return *error;
  }
  return {};
}

}  // namespace twinloop::fuzz
