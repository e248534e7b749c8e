// Memory that a worker process shares with the one that watches it: a few counters, the recording of the run under way,
// and a log of messages. All of it can be read after the worker has died.
#ifndef TWINLOOP_SIM_TESTING_SHARED_MEMORY_HPP
#define TWINLOOP_SIM_TESTING_SHARED_MEMORY_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "sim/testing/stack_note.hpp"
#include "twinloop/choices.hpp"

namespace twinloop::testing {

/// Counters, written by the worker unless said otherwise.
struct worker_counters {
  std::atomic<std::uint64_t> begun{0};           ///< runs begun: moves whenever the worker moves on
  std::atomic<std::uint64_t> run{0};             ///< number of the run under way
  std::atomic<std::uint64_t> done{0};            ///< runs of the search that ended clean
  std::atomic<std::uint64_t> choices{0};         ///< and the choices in them
  std::atomic<std::uint64_t> natural_hash{0};    ///< trace hash of the natural order; 0 = not known yet
  std::atomic<std::uint32_t> verdict{0};         ///< of a search; see search_verdict
  std::atomic<std::uint32_t> finished{0};        ///< 1 = the worker did all that it was asked to
  std::atomic<std::uint32_t> stop{0};            ///< the watcher's: end after the run under way
  std::atomic<std::uint64_t> index{0};           ///< of a search: place of the run under way in its shard
  std::atomic<std::uint64_t> bound{UINT64_MAX};  ///< the watcher's: of a search, end before this place
  std::atomic<std::uint64_t> last_hash{0};       ///< trace hash of the last clean run
  std::atomic<std::uint32_t> phase{0};           ///< of a search; see search_phase
  std::atomic<std::uint64_t> classes{0};         ///< of a systematic search: trace classes so far
  std::atomic<std::uint64_t> redundant{0};       ///< and runs given up because they repeat a class
  std::atomic<std::uint64_t> forced{0};          ///< and picks that fairness decided
  std::atomic<std::uint32_t> deviations{0};      ///< and up to how many deviations everything was run
  std::atomic<std::uint32_t> exhausted{0};       ///< 1 = nothing was left to run
  stack_samples stacks{};                        ///< where it was when it died or was found looping
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "counters are shared between processes");

/// Messages appended by one process and read by another, also after the writer's death: a message counts once the
/// committed length includes it. What does not fit is dropped.
class message_log {
 public:
  explicit message_log(std::span<std::byte> memory) : memory_(memory) {}
  void clear() { committed().store(header_bytes, std::memory_order_release); }
  void append(std::uint32_t kind, std::string_view bytes);
  struct message {
    std::uint32_t kind;
    std::string_view bytes;
  };
  /// The message at `position`, which moves on to the next; start with 0.
  std::optional<message> next(std::size_t& position) const;

 private:
  static constexpr std::size_t header_bytes = 8;
  std::atomic<std::uint64_t>& committed() const {
    return *reinterpret_cast<std::atomic<std::uint64_t>*>(memory_.data());
  }
  std::span<std::byte> memory_;
};

class shared_memory {
 public:
  /// Maps it; throws std::system_error if the system gives none.
  shared_memory();
  ~shared_memory();
  shared_memory(const shared_memory&) = delete;
  shared_memory& operator=(const shared_memory&) = delete;

  worker_counters& counters() const { return *counters_; }
  message_log& log() { return *log_; }
  sim::recording& record() { return *record_; }
  /// Makes it as new for the next worker. Not while one runs.
  void clear();

 private:
  std::span<std::byte> memory_;
  worker_counters* counters_ = nullptr;
  std::optional<message_log> log_;
  std::unique_ptr<sim::recording> record_;
};

}  // namespace twinloop::testing

#endif
