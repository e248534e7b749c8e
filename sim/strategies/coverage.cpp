// Coverage of orders: trace classes by hash, and which conflicting pairs of labels were seen in both orders.
#include "twinloop/coverage.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/random.hpp"
#include "sim/strategies/count_table.hpp"
#include "sim/strategies/key_index.hpp"

namespace twinloop::sim {
namespace {

constexpr std::uint64_t save_format = 0x7477696e63763031;  // "twincv01"
constexpr std::uint64_t process_salt = 0x70726f63;         // keeps processes apart from conflict keys
enum : std::uint32_t { lower_first = 1, higher_first = 2, both_orders = 3 };

/// The last access of each label to one key, and the hash of all accesses.
struct key_state {
  std::uint64_t hash = 0;
  std::uint64_t reads = 0;  // since the last write: a sum, so that their order does not count
  struct access {
    std::uint64_t label = 0;
    std::uint64_t step = 0;
    bool write = false;
  };
  std::vector<access> last;

  void restart(std::uint64_t key) {
    hash = mix64(key);
    reads = 0;
    last.clear();
  }
  void take(std::uint64_t label, bool write) {
    if (!write) {
      reads += mix64(label ^ 0x72656164);
      return;
    }
    if (reads != 0) hash ^= mix64(reads);  // which of 0 is 0
    hash = mix64(mix64(hash) + label);
    reads = 0;
  }
  [[gnu::noinline]] void meet(const access& first) { last.push_back(first); }
  std::uint64_t total() const { return mix64(hash ^ mix64(reads + 1)); }
};

}  // namespace

struct search_coverage::state {
  // The search.
  std::uint64_t runs = 0;
  std::uint64_t since_new = 0;
  count_table classes;  // class hash -> runs
  count_table pairs;    // hash of the labels, the lower first -> which orders
  std::vector<order_pair> new_orders;
  // The run under way. Memory of earlier runs is used again.
  key_index places;
  std::vector<key_state> keys;  // those that were touched come first, as many as `places` knows
  static constexpr std::size_t words = steps_compared / 64;
  using steps_before = std::array<std::uint64_t, words>;
  std::vector<steps_before> before;          // by step: the steps that come before it in every order
  std::vector<std::uint64_t> last_of_chain;  // by chain: its last step

  key_state& state_of(std::uint64_t key) {
    const std::size_t known = places.size();
    const std::size_t place = places[key];
    return place < known ? keys[place] : restart(place, key);
  }
  [[gnu::noinline]] key_state& restart(std::size_t place, std::uint64_t key) {
    if (place == keys.size()) keys.emplace_back();
    keys[place].restart(key);
    return keys[place];
  }

  bool ordered(std::uint64_t earlier, std::uint64_t later) const {
    return (before[later][earlier / 64] >> (earlier % 64) & 1) != 0;
  }

  /// What comes before a step: the last one of its chain, what made it and what made it ready, and what comes before
  /// these. Mostly they are one and the same.
  void order(const step& what) {
    const std::uint64_t number = what.number;
    if (number >= steps_compared) return;
    while (before.size() <= number) before.emplace_back();
    const std::uint64_t chain = what.what.chain;
    if (chain >= last_of_chain.size()) last_of_chain.resize(chain + 1);
    const std::uint64_t last = std::exchange(last_of_chain[chain], number);
    const std::uint64_t cause = what.what.cause, enabled_by = what.what.enabled_by;
    // Step 0, the set-up, has no steps before it, so what follows nothing else starts with its empty row.
    const std::uint64_t first = last < number ? last : 0;
    std::copy_n(before[first].begin(), number / 64 + 1, before[number].begin());
    mark(number, first);
    if (cause != first) follow(number, cause);
    if (enabled_by != first && enabled_by != cause) follow(number, enabled_by);
  }
  void follow(std::uint64_t number, std::uint64_t earlier) {
    if (earlier == 0 || earlier >= number) return;
    for (std::size_t i = 0; i <= earlier / 64; ++i) before[number][i] |= before[earlier][i];
    mark(number, earlier);
  }
  void mark(std::uint64_t number, std::uint64_t earlier) {
    if (earlier != 0) before[number][earlier / 64] |= std::uint64_t{1} << (earlier % 64);
  }

  /// One after the other, and nothing orders them.
  [[gnu::noinline]] void saw(std::uint64_t earlier, std::uint64_t later) {
    const std::uint64_t lower = std::min(earlier, later), higher = std::max(earlier, later);
    const std::uint64_t labels = mix64(lower + mix64(higher));
    const std::uint32_t order = earlier == lower ? lower_first : higher_first;
    std::uint32_t& orders = pairs[labels];
    if ((orders & order) != 0) return;
    orders |= order;
    new_orders.push_back({labels, order});
  }

  void touch(const step& what, std::uint64_t key, bool write) {
    key_state& touched = state_of(key);
    const std::uint64_t label = what.what.label;
    touched.take(label, write);
    if (what.number >= steps_compared) return;
    key_state::access* own = nullptr;
    for (key_state::access& each : touched.last) {
      if (each.label == label) {
        own = &each;
      } else if ((write || each.write) && !ordered(each.step, what.number)) {
        saw(each.label, label);
      }
    }
    if (own == nullptr) return touched.meet({label, what.number, write});
    own->step = what.number;
    own->write = write;
  }
};

search_coverage::search_coverage() : state_(std::make_unique<state>()) {}
search_coverage::~search_coverage() = default;
search_coverage::search_coverage(search_coverage&&) noexcept = default;
search_coverage& search_coverage::operator=(search_coverage&&) noexcept = default;

void search_coverage::begin() {
  state_->places.clear();
  state_->new_orders.clear();
  std::fill(state_->last_of_chain.begin(), state_->last_of_chain.end(), 0);
}

void search_coverage::happened(const step& what) {
  TWINLOOP_ASSERT(what.number > 0);
  state_->order(what);
  for (const conflict_key& each : what.what.keys) state_->touch(what, each.key, each.write);
  // Who says all that it touches conflicts, beyond its keys, only with those who do not: as a reader of the process.
  state_->touch(what, what.what.process ^ process_salt, !what.what.declared);
}

void search_coverage::end() {
  ++state_->runs;
  std::uint32_t& met = state_->classes[class_hash()];
  state_->since_new = met == 0 ? 0 : state_->since_new + 1;
  if (met < UINT32_MAX) ++met;
}

std::uint64_t search_coverage::class_hash() const {
  std::uint64_t sum = 0;  // keys are met in different orders
  for (std::size_t i = 0; i < state_->places.size(); ++i) sum += state_->keys[i].total();
  return mix64(sum);
}

std::span<const order_pair> search_coverage::new_orders() const { return state_->new_orders; }

coverage_report search_coverage::report() const {
  coverage_report told;
  told.runs = state_->runs;
  told.classes = state_->classes.size();
  told.since_new = state_->since_new;
  told.pairs = state_->pairs.size();
  state_->classes.for_each([&](std::uint64_t, std::uint32_t met) { told.singletons += met == 1; });
  state_->pairs.for_each([&](std::uint64_t, std::uint32_t orders) { told.pairs_both += orders == both_orders; });
  return told;
}

void search_coverage::merge(const search_coverage& other) {
  const std::uint64_t before = state_->classes.size();
  other.state_->classes.for_each([&](std::uint64_t key, std::uint32_t met) {
    std::uint32_t& own = state_->classes[key];
    own = met > UINT32_MAX - own ? UINT32_MAX : own + met;
  });
  other.state_->pairs.for_each([&](std::uint64_t key, std::uint32_t orders) { state_->pairs[key] |= orders; });
  const bool new_ones = state_->classes.size() != before;
  state_->since_new = new_ones ? other.state_->since_new : state_->since_new + other.state_->runs;
  state_->runs += other.state_->runs;
}

std::vector<std::uint64_t> search_coverage::save() const {
  std::vector<std::uint64_t> words = {save_format, state_->runs, state_->since_new, state_->classes.size(),
                                      state_->pairs.size()};
  const auto add = [&](std::uint64_t key, std::uint32_t count) { words.insert(words.end(), {key, count}); };
  state_->classes.for_each(add);
  state_->pairs.for_each(add);
  return words;
}

std::optional<search_coverage> search_coverage::load(std::span<const std::uint64_t> words) {
  if (words.size() < 5 || words[0] != save_format) return std::nullopt;
  const std::uint64_t entries = (words.size() - 5) / 2;
  if (words.size() % 2 != 1 || words[3] > entries || words[4] != entries - words[3]) return std::nullopt;
  search_coverage made;
  made.state_->runs = words[1];
  made.state_->since_new = words[2];
  for (std::uint64_t i = 0; i < entries; ++i) {
    count_table& table = i < words[3] ? made.state_->classes : made.state_->pairs;
    table[words[5 + 2 * i]] = static_cast<std::uint32_t>(words[6 + 2 * i]);
  }
  return made;
}

}  // namespace twinloop::sim
