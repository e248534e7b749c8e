// What strategies learn about a program: how long chains are, by what opened them, how long runs are, which labels
// there are. Chains of the same name are taken for alike: the mean of their lengths is what URW expects of the next
// one.
#include <algorithm>

#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

constexpr std::uint64_t save_format = 0x7477696e6d643031;  // "twinmd01"
constexpr std::uint64_t first_of_lengths = 2;
constexpr std::size_t labels_kept = 4096;
constexpr std::size_t foci_kept = 64;
constexpr std::uint32_t length16_max = 1u << 24;  // a million steps: sums of many stay below 2^32

/// Reads saved numbers one by one; one too many turns it bad.
class word_reader {
 public:
  explicit word_reader(std::span<const std::uint64_t> words) : words_(words) {}
  std::uint64_t next() {
    if (at_ < words_.size()) return words_[at_++];
    good_ = false;
    return 0;
  }
  /// A count of things of `size` words each that can still be there.
  std::size_t count(std::size_t size) {
    const std::uint64_t n = next();
    if (n <= (words_.size() - at_) / size) return n;
    good_ = false;
    return 0;
  }
  bool all_read() const { return good_ && at_ == words_.size(); }

 private:
  std::span<const std::uint64_t> words_;
  std::size_t at_ = 0;
  bool good_ = true;
};

}  // namespace

/// The tables of one run, by chain.
struct learning_source::state {
  struct chain {
    std::uint64_t name = 0;
    std::uint64_t parent = 0;
    std::uint64_t steps = 0;
    std::map<std::uint64_t, std::uint64_t> touching;  // steps by focus
  };
  std::vector<chain> chains;
  std::vector<std::uint64_t> labels;
  std::uint64_t steps = 0;
  bool any_declared = false;
};

learning_source::learning_source(choice_source& answers) : answers_(&answers), state_(std::make_unique<state>()) {}
learning_source::~learning_source() = default;

void learning_source::happened(const step& happened) {
  if (answers_->wants_options()) answers_->happened(happened);
  const choice_option& what = happened.what;
  TWINLOOP_ASSERT(what.chain < chains_max);
  if (what.chain >= state_->chains.size()) state_->chains.resize(what.chain + 1);
  state::chain& on = state_->chains[what.chain];
  on.name = what.chain_name;
  on.parent = what.parent_chain;
  ++on.steps;
  ++state_->steps;
  for (const conflict_key& each : what.keys) ++on.touching[each.key];
  if (!what.declared) ++on.touching[what.process];
  state_->any_declared = state_->any_declared || what.declared;
  std::vector<std::uint64_t>& labels = state_->labels;
  if (labels.size() < labels_kept && std::find(labels.begin(), labels.end(), what.label) == labels.end()) {
    labels.push_back(what.label);
  }
}

void learning_source::teach(search_model& pupil, std::uint64_t run) const {
  ++pupil.runs_;
  pupil.steps_ = std::max(pupil.steps_, static_cast<std::uint32_t>(std::min<std::uint64_t>(state_->steps, UINT32_MAX)));
  pupil.any_declared_ = pupil.any_declared_ || state_->any_declared;
  if (run == 0) pupil.labels_ = state_->labels;
  // A natural run delivers all that is ready in one wait, and what these callbacks register counts as done by the last
  // of them: of chains only runs that deliver one thing at a time can tell.
  if (run < first_of_lengths) return;
  ++pupil.length_runs_;
  for (const state::chain& each : state_->chains) {
    for (const auto& [focus, steps] : each.touching) {
      search_model::sum& use = pupil.focus_use_[focus];
      use.steps += steps;
      ++use.chains;
    }
  }
  // Children open after their parents, so their numbers are higher: backwards, each is complete when its turn comes.
  std::vector<state::chain> chains = state_->chains;
  for (std::size_t i = chains.size(); i-- > 0;) {
    const state::chain& each = chains[i];
    if (each.steps == 0) continue;
    search_model::sum& length = pupil.lengths_[each.name];
    length.steps += each.steps;
    ++length.chains;
    for (const auto& [focus, steps] : each.touching) {
      search_model::sum& use = pupil.focus_lengths_[{focus, each.name}];
      use.steps += steps;
      ++use.chains;
    }
    if (each.parent == 0 || each.parent >= i) continue;
    chains[each.parent].steps += each.steps;
    for (const auto& [focus, steps] : each.touching) chains[each.parent].touching[focus] += steps;
  }
  pupil.summarise();
}

std::uint32_t search_model::mean16(const sum& all) {
  if (all.chains == 0) return 0;
  const std::uint64_t mean = (all.steps * 16 + all.chains / 2) / all.chains;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(mean, length16_max));
}

void search_model::summarise() {
  least16_ = lengths_.empty() ? 16 : UINT32_MAX;
  for (const auto& [name, length] : lengths_) least16_ = std::min(least16_, mean16(length));
  foci_.clear();
  for (const auto& [focus, use] : focus_use_) {
    if (use.chains > length_runs_) foci_.push_back(focus);  // in some run more than one chain
  }
  std::sort(foci_.begin(), foci_.end(), [this](std::uint64_t a, std::uint64_t b) {
    const std::uint64_t steps_of_a = focus_use_.at(a).steps;
    const std::uint64_t steps_of_b = focus_use_.at(b).steps;
    return steps_of_a != steps_of_b ? steps_of_a > steps_of_b : a < b;
  });
  if (foci_.size() > foci_kept) foci_.resize(foci_kept);
}

std::uint32_t search_model::length16(std::uint64_t chain_name) const {
  const auto found = lengths_.find(chain_name);
  return found == lengths_.end() ? least16_ : mean16(found->second);
}

std::uint32_t search_model::length16(std::uint64_t chain_name, std::uint64_t focus) const {
  const auto found = focus_lengths_.find({focus, chain_name});
  if (found == focus_lengths_.end()) return 0;
  // Chains of that name that never came to the focus count with 0.
  return mean16({found->second.steps, lengths_.at(chain_name).chains});
}

std::vector<std::uint64_t> search_model::save() const {
  std::vector<std::uint64_t> words = {save_format,   runs_, length_runs_, steps_, any_declared_ ? 1u : 0u,
                                      labels_.size()};
  words.insert(words.end(), labels_.begin(), labels_.end());
  words.push_back(lengths_.size());
  for (const auto& [name, length] : lengths_) words.insert(words.end(), {name, length.steps, length.chains});
  words.push_back(focus_lengths_.size());
  for (const auto& [key, length] : focus_lengths_) {
    words.insert(words.end(), {key.first, key.second, length.steps, length.chains});
  }
  words.push_back(focus_use_.size());
  for (const auto& [focus, use] : focus_use_) words.insert(words.end(), {focus, use.steps, use.chains});
  return words;
}

std::optional<search_model> search_model::load(std::span<const std::uint64_t> words) {
  word_reader in(words);
  if (in.next() != save_format) return std::nullopt;
  search_model made;
  made.runs_ = in.next();
  made.length_runs_ = in.next();
  made.steps_ = static_cast<std::uint32_t>(in.next());
  made.any_declared_ = in.next() != 0;
  for (std::size_t n = in.count(1); n > 0; --n) made.labels_.push_back(in.next());
  for (std::size_t n = in.count(3); n > 0; --n) {
    sum& length = made.lengths_[in.next()];
    length.steps = in.next();
    length.chains = in.next();
  }
  for (std::size_t n = in.count(4); n > 0; --n) {
    const std::uint64_t focus = in.next();
    const std::uint64_t name = in.next();
    sum& length = made.focus_lengths_[{focus, name}];
    length.steps = in.next();
    length.chains = in.next();
    if (!made.lengths_.contains(name)) return std::nullopt;
  }
  for (std::size_t n = in.count(3); n > 0; --n) {
    sum& use = made.focus_use_[in.next()];
    use.steps = in.next();
    use.chains = in.next();
  }
  if (!in.all_read()) return std::nullopt;
  made.summarise();
  return made;
}

const search_model& untaught() noexcept {
  static const search_model nothing;
  return nothing;
}

search_model learn(std::uint64_t seed, std::uint32_t kinds,
                   const std::function<bool(std::uint64_t run, choice_source& source)>& execute) {
  search_model model;
  for (std::uint64_t run = 0; run < search_model::learning_runs; ++run) {
    const auto answers = make_source(plan_run(seed, run, kinds));
    learning_source listening(*answers);
    if (execute(run, listening)) listening.teach(model, run);
  }
  return model;
}

}  // namespace twinloop::sim
