// The second seam: every question of the simulator goes through here, is answered by the source, recorded and hashed.
#ifndef TWINLOOP_SIM_CHOOSER_HPP
#define TWINLOOP_SIM_CHOOSER_HPP

#include <cstdint>

#include "sim/random.hpp"
#include "twinloop/choices.hpp"

namespace twinloop::sim {

class chooser {
 public:
  void begin(choice_source* source, recording* record) {
    source_ = source;
    record_ = record;
    wants_options_ = source != nullptr && source->wants_options();
    wants_keys_ = wants_options_ && source->wants_keys();
    wants_keys_of_steps_ = wants_options_ && source->wants_keys_of_steps();
    wants_touches_ = wants_options_ && source->wants_touches();
    hash_ = 0x9e3779b97f4a7c15ull;
    asked_ = 0;
    deviations_ = 0;
    telling_ = false;
  }
  bool wants_options() const { return wants_options_; }
  bool wants_keys() const { return wants_keys_; }
  bool wants_keys_of_steps() const { return wants_keys_of_steps_; }

  /// A value in [0, n). `occurrence` counts the questions of this kind about this label, and is advanced.
  [[gnu::always_inline]] std::uint32_t choose(choice_kind kind, std::uint64_t label, std::uint32_t& occurrence,
                                              std::uint32_t n, std::uint64_t about = 0) {
    const std::uint32_t at = occurrence++;
    if (n < 2) return 0;
    if (source_ != nullptr) return choose_by_source({kind, label, at, n, {}, about});
    commit(kind, label, at, n, 0, 0);
    return 0;
  }

  /// The answer of a pick, before it is known which option that is; commit() must follow.
  std::uint32_t ask(const question& asked) {
    telling_ = true;
    const std::uint32_t value = source_->answer(asked);
    telling_ = false;
    return value < asked.n ? value : asked.n - 1;
  }
  [[gnu::always_inline]] void commit(choice_kind kind, std::uint64_t label, std::uint32_t at, std::uint32_t n,
                                     std::uint32_t value, std::uint64_t option) {
    ++asked_;
    deviations_ += value != 0;
    note(label + at, (static_cast<std::uint64_t>(kind) << 56) ^ (static_cast<std::uint64_t>(n) << 28) ^ value);
    record_->append({label, option, hash_, at, n, value, kind, {}});
  }
  /// Takes an event into the trace hash.
  void note(std::uint64_t a, std::uint64_t b) {
    hash_ = (hash_ ^ a) * 0xbf58476d1ce4e5b9ull;
    hash_ = (hash_ ^ (hash_ >> 32) ^ b) * 0x94d049bb133111ebull;
  }
  bool wants_touches() const { return wants_touches_; }
  void touched(std::uint64_t step, std::uint64_t key, bool write) {
    telling_ = true;
    source_->touched(step, {key, write});
    telling_ = false;
  }
  /// Tells the source, which wants options, of a step.
  void happened(const step& made) {
    telling_ = true;
    source_->happened(made);
    telling_ = false;
  }
  /// Whether the source's code runs: on a program's stack, but not the program's.
  bool telling() const { return telling_; }
  bool has_source() const { return source_ != nullptr; }
  std::uint64_t hash() const { return hash_ ^ (hash_ >> 29); }
  std::uint64_t asked() const { return asked_; }
  std::uint64_t deviations() const { return deviations_; }
  recording& record() { return *record_; }

 private:
  /// The half of choose() that is worth a call; what is left of it without a source goes into its callers.
  [[gnu::noinline]] std::uint32_t choose_by_source(const question& asked) {
    const std::uint32_t value = ask(asked);
    commit(asked.kind, asked.label, asked.occurrence, asked.n, value, 0);
    return value;
  }

  choice_source* source_ = nullptr;
  recording* record_ = nullptr;
  std::uint64_t hash_ = 0;
  std::uint64_t asked_ = 0;
  std::uint64_t deviations_ = 0;
  bool telling_ = false;
  bool wants_options_ = false;
  bool wants_keys_ = false;
  bool wants_keys_of_steps_ = false;
  bool wants_touches_ = false;
};

}  // namespace twinloop::sim

#endif
