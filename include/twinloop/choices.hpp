// Choices: everything that could have gone differently in a simulated run, as a list of small integers.
//
//   sim::world world({.source = &source, .record = &record});      // source answers, record remembers
//
// A run is a function of its answers. 0 is always the natural answer (earliest, first in first out, no fault, least
// latency), every list of integers is a legal run, and an exhausted source answers 0. So a run can be repeated,
// searched, enumerated, fuzzed and shrunk with nothing but integers.
// Identity of a question or an option = (kind, label, occurrence): the name of the handle or process it is about, and
// how many questions of that kind the same name has been asked before. It survives edits of the program; indices and
// source lines would not.
#ifndef TWINLOOP_CHOICES_HPP
#define TWINLOOP_CHOICES_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "twinloop/touches.hpp"

namespace twinloop::sim {

/// What is asked. Each kind is masked and budgeted on its own. Part of the replay format: append only. Reserved kinds
/// have their place in it, and no world asks them yet.
enum class choice_kind : std::uint8_t {
  pick,         ///< which of the ready things happens next
  batch,        ///< how many completions one wait delivers: 0 = all that are ready, v = exactly v
  defer,        ///< v < 8: hold this completion until 2^v - 1 others were delivered; else for v - 7 times 62.5 ms
  pool_start,   ///< which queued job a free pool thread takes
  pool_run,     ///< how long a job that yielded stays suspended, in units of other deliveries
  pool_done,    ///< how much longer than natural a pool call takes
  timer_late,   ///< how late the due timers of a process are noticed
  latency,      ///< how much longer than natural a packet travels
  short_io,     ///< how much less than asked a transfer moves
  cancel_race,  ///< who wins: 0 = the cancel, 1 = the operation
  close_defer,  ///< hold a close completion, as defer
  net_fault,    ///< reserved: 0 = none; connection refused, reset, ...
  disk_fault,   ///< 0 = none; failed calls; what a crash keeps of unsynced data
  exhaust,      ///< reserved: 0 = no; descriptors, memory or disk space run out
  crash,        ///< 0 = no; the process dies here
  clock,        ///< reserved: wall clock offsets and steps
  dns,          ///< order, delay and failure of name answers
  signal,       ///< reserved: when a signal arrives
  user,         ///< values that the test draws with world::choose
};
inline constexpr std::size_t choice_kinds = 19;
/// The kind's name, as in "pool_start"; a string literal. parse_choice_kind is the inverse (choice_kinds if unknown).
const char* name(choice_kind) noexcept;
std::size_t parse_choice_kind(std::string_view) noexcept;

/// One answered question, as recorded: 40 bytes, no pointers.
struct choice_record {
  std::uint64_t label = 0;       ///< hash of the name of what was asked about
  std::uint64_t option = 0;      ///< pick kinds: identity of the option taken (label and occurrence mixed); else 0
  std::uint64_t hash = 0;        ///< rolling trace hash after this answer: equal prefixes have equal hashes
  std::uint32_t occurrence = 0;  ///< how many questions of this kind the label was asked before
  std::uint32_t n = 0;           ///< the answer was in [0, n)
  std::uint32_t value = 0;
  choice_kind kind = choice_kind::pick;
  std::uint8_t unused[3] = {0, 0, 0};
};

/// What a callback touches: the key of a handle, file, timer, or a name of the user's own (touches.hpp). Two callbacks
/// conflict when they share a key and at least one of them writes it.
using conflict_key = touch;
// Keys that choice_source::touched may report: everything of the step's process, everything in the world.
inline constexpr std::uint64_t whole_process = 0;
inline constexpr std::uint64_t whole_world = 2;

/// Something that may be picked. All numbers are the same in equal runs, on every machine.
struct choice_option {
  std::uint64_t label = 0;         ///< hash of the name of the handle, job or process that would go on
  std::uint64_t identity = 0;      ///< label and occurrence mixed: the same across runs of one program
  std::uint64_t process = 0;       ///< hash of the process's name; 0 = the world itself
  std::uint64_t chain = 0;         ///< number of its causal chain, from 1 in order of opening
  std::uint64_t parent_chain = 0;  ///< chain of the step that opened this chain; 0 = none
  std::uint64_t chain_name = 0;    ///< label of what opened the chain: its signature, the same in all runs
  std::uint64_t cause = 0;         ///< number of the step whose callback made it; 0 = before the first
  std::uint64_t enabled_by = 0;    ///< number of the step that made it ready (sent the bytes, ended the job); 0 = none
  std::span<const conflict_key> keys{};  ///< what it touches, as far as known
  bool declared = false;                 ///< keys are all it touches; else it conflicts with all of its process
  std::uint32_t occurrence = 0;          ///< how often the label was ready before
  std::uint64_t lineage = 0;  ///< hash of how it came about (its cause's lineage, and which of that one's registrations
                              ///< it is): the same in all runs that only order independent steps differently
};

struct question {
  choice_kind kind = choice_kind::pick;
  std::uint64_t label = 0;
  std::uint32_t occurrence = 0;
  std::uint32_t n = 0;                       ///< at least 2: what has one answer is not asked
  std::span<const choice_option> options{};  ///< of picks, in natural order, if the source wants options
  std::uint64_t about = 0;                   ///< defer, close_defer, pool_run: the option that would be held; else 0
};

/// Something that happened: the option that was picked, or the only one there was.
struct step {
  std::uint64_t number = 0;  ///< from 1
  choice_option what{};      ///< its span is valid during the call only
  std::int64_t time = 0;     ///< virtual, ns: steps of different times cannot be reordered by picks
};

/// Answers questions. Implementations are deterministic functions of what they were made with and were asked.
class choice_source {
 public:
  virtual ~choice_source() = default;
  /// An answer; one that is not below n is clamped to n - 1.
  virtual std::uint32_t answer(const question& asked) = 0;
  /// Whether answer() reads question::options, and happened() is to be called; both cost time.
  virtual bool wants_options() const { return false; }
  /// Whether answer() reads the keys of options and whether they are declared.
  virtual bool wants_keys() const { return true; }
  /// Whether happened() does.
  virtual bool wants_keys_of_steps() const { return true; }
  /// Told of every step before its callbacks run, whether it was picked or the only option.
  virtual void happened(const step&) {}
  /// Whether touched() is to be called; costs more time.
  virtual bool wants_touches() const { return false; }
  /// Told what the callbacks of a step turned out to touch, beside the keys of its option: from then until the next
  /// step's happened() or, for what is only seen after them, inside the first call about the next step.
  virtual void touched(std::uint64_t /*step*/, const conflict_key&) {}
};

/// Answers a recorded list. Strict: the first question whose (kind, label, occurrence, n) differs from the record is
/// remembered as the divergence and everything from there on is natural. Lenient: only deviations count; an answer is
/// looked up by (kind, label, occurrence), and where options stand to choice the one that the record took is taken by
/// its identity: there, or as soon after as it is on offer. What is not found is natural.
class replay_source final : public choice_source {
 public:
  enum class matching : std::uint8_t { strict, lenient };
  replay_source(std::vector<choice_record> records, matching how);
  ~replay_source() override;
  std::uint32_t answer(const question& asked) override;
  bool wants_options() const override;
  struct divergence {
    std::size_t index = 0;     ///< which record
    choice_record expected{};  ///< what the record holds (n = 0: the record ended earlier)
    question asked{};          ///< what the program asked instead (options empty)
  };
  /// The first difference, or nullptr. Strict matching only.
  const divergence* first_divergence() const;
  /// Lenient matching only: whether record `index` has made the run deviate so far.
  bool followed(std::size_t index) const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// What a fuzzer mutates, in two parts, so that a change of one does not shift the other: the order of things, and the
/// values that the test draws (kind user).
struct byte_streams {
  std::span<const std::byte> schedule{};
  std::span<const std::byte> data{};
};
/// The parts of one input: two bytes, low first, say how long the schedule is; the rest is data. Any bytes are legal.
byte_streams split_bytes(std::span<const std::byte> input) noexcept;
/// The input that has these parts; of a schedule, its first 65535 bytes.
std::vector<std::byte> join_bytes(const byte_streams& parts);
/// How many bytes answer a question of `n`: one, two from n > 256 on, four from n > 65536 on.
constexpr std::size_t bytes_of_answer(std::uint32_t n) noexcept { return n > 65536 ? 4 : n > 256 ? 2 : 1; }

/// Answers from bytes, as fuzzers have them: bytes_of_answer() bytes a question, low first, value modulo n; a part that
/// is used up answers 0.
class byte_source final : public choice_source {
 public:
  /// All questions are answered from one stream.
  explicit byte_source(std::span<const std::byte> bytes) : parts_{bytes, {}}, one_stream_(true) {}
  explicit byte_source(const byte_streams& parts) : parts_(parts) {}
  std::uint32_t answer(const question& asked) override;
  /// What no question has used yet.
  const byte_streams& rest() const { return parts_; }

 private:
  byte_streams parts_;
  bool one_stream_ = false;
};

/// Which kinds a search explores unless told otherwise: all orders, short transfers and latencies, no faults.
std::uint32_t order_kinds() noexcept;
std::uint32_t bit(choice_kind kind) noexcept;
/// The reserved kinds, as bits: a search of nothing else would try nothing.
std::uint32_t reserved_kinds() noexcept;

/// Memory that a run is recorded into while it goes on. The bytes may be shared with another process: everything needed
/// to read the record stands in them, behind plain stores and a length that is written last, so that it can be read
/// after the process that ran has died.
class recording {
 public:
  /// Records into its own memory.
  explicit recording(std::size_t bytes = 1 << 20);
  /// Records into `memory` (8-byte aligned, at least 8 KiB), which must outlive it.
  explicit recording(std::span<std::byte> memory);
  ~recording();
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;

  struct header {
    std::uint64_t magic = 0;
    std::uint64_t run = 0;        ///< whatever the writer calls this run
    std::uint64_t committed = 0;  ///< records written
    std::uint64_t hash = 0;       ///< trace hash so far
    std::int64_t now = 0;         ///< virtual time so far, ns
    std::uint64_t running = 0;    ///< 1 from begin() to end()
    std::uint64_t overflow = 0;   ///< 1 when records had to be dropped
    char failure_name[256] = {};  ///< what broke, set before anything is unwound
    char failure_text[2048] = {};
    char failure_place[512] = {};
  };
  /// Rewinds for run number `run`.
  void begin(std::uint64_t run);
  void end() { header_->running = 0; }
  [[gnu::always_inline]] void append(const choice_record& made) {
    const std::uint64_t at = header_->committed;
    if (at == capacity_) {
      header_->overflow = 1;
      return;
    }
    choice_record& record = records_[at];  // field by field: compilers put a whole record together on the stack first
    record.label = made.label;
    record.option = made.option;
    record.hash = made.hash;
    record.occurrence = made.occurrence;
    record.n = made.n;
    record.value = made.value;
    record.kind = made.kind;
    for (std::uint8_t& each : record.unused) each = 0;
    header_->committed = at + 1;
  }
  std::span<const choice_record> records() const { return {records_, header_->committed}; }
  header& head() { return *header_; }
  const header& head() const { return *header_; }

 private:
  void attach(std::span<std::byte> memory);
  std::unique_ptr<std::uint64_t[]> own_;
  header* header_ = nullptr;
  choice_record* records_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace twinloop::sim

#endif
