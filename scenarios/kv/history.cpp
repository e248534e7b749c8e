// Depth-first search over the orders, remembering the (operations done, state) pairs that led nowhere. Histories here
// have a dozen operations with a few overlapping, so it is quick; the worst case is exponential.
#include "scenarios/kv/history.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "scenarios/kv/resp_parser.hpp"
#include "twinloop/assert.hpp"

namespace kv {
namespace {

struct register_state {
  bool present = false;
  bool expiring = false;
  std::string value;
  auto tied() const { return std::tie(present, expiring, value); }
  friend bool operator<(const register_state& left, const register_state& right) { return left.tied() < right.tied(); }
};

/// Applies `what` to `state`. False if its answer (when `answered`) is not what this state gives.
bool apply(const operation& what, bool answered, register_state& state) {
  std::int64_t number = 0;
  switch (what.kind) {
    case operation_kind::set:
    case operation_kind::set_expiring:
      state = {true, what.kind == operation_kind::set_expiring, what.value};
      return true;
    case operation_kind::get:
      if (!answered) return true;
      return what.shown ? state.present && state.value == *what.shown : !state.present;
    case operation_kind::del:
      number = state.present ? 1 : 0;
      state = {};
      return !answered || what.number == number;
    case operation_kind::expire:
      number = state.present ? 1 : 0;
      state.expiring = state.present;
      return !answered || what.number == number;
    case operation_kind::incr:
      if (state.present && !parse_integer(state.value, number)) return false;
      state = {true, state.expiring, std::to_string(number + 1)};
      return !answered || what.number == number + 1;
  }
  return false;
}

class search {
 public:
  search(const std::vector<operation>& operations, std::uint64_t until) : operations_(operations), until_(until) {
    TWINLOOP_ASSERT(operations.size() <= operations_max);
  }
  bool run() { return visit(0, {}); }

 private:
  bool answered(const operation& each) const { return each.answered != 0 && each.answered <= until_; }
  static std::uint64_t bit(std::size_t index) { return std::uint64_t{1} << index; }

  bool visit(std::uint64_t done, const register_state& state) {
    if (!seen_.insert({done, state}).second) return false;
    if (complete(done)) return true;
    for (std::size_t index = 0; index < operations_.size(); ++index) {
      if (try_next(done, state, index)) return true;
    }
    return state.expiring && visit(done, {});  // it vanishes now
  }

  bool complete(std::uint64_t done) const {
    for (std::size_t index = 0; index < operations_.size(); ++index) {
      if ((done & bit(index)) == 0 && answered(operations_[index])) return false;
    }
    return true;
  }

  /// Lets operation `index` happen next, if it may, and goes on from there.
  bool try_next(std::uint64_t done, const register_state& state, std::size_t index) {
    const operation& next = operations_[index];
    if ((done & bit(index)) != 0 || next.called > until_) return false;
    std::uint64_t with = done | bit(index);
    for (std::size_t other = 0; other < operations_.size(); ++other) {
      if ((done & bit(other)) != 0 || other == index) continue;
      const operation& waiting = operations_[other];
      if (answered(waiting) && waiting.answered < next.called) return false;  // that one had happened before this call
      if (waiting.connection != next.connection || other > index) continue;
      if (answered(waiting)) return false;
      with |= bit(other);  // overtaken on its own connection: it never happens
    }
    register_state after = state;
    return apply(next, answered(next), after) && visit(with, after);
  }

  const std::vector<operation>& operations_;
  std::uint64_t until_;
  std::set<std::pair<std::uint64_t, register_state>> seen_;
};

}  // namespace

bool explained(const std::vector<operation>& operations, std::uint64_t until) {
  return search(operations, until).run();
}

std::size_t key_history::call(operation_kind kind, std::uint64_t connection, std::string value) {
  operation made;
  made.kind = kind;
  made.connection = connection;
  made.value = std::move(value);
  made.called = ++clock_;
  operations_.push_back(std::move(made));
  return operations_.size() - 1;
}

void key_history::answer(std::size_t index) {
  TWINLOOP_ASSERT(index < operations_.size());
  TWINLOOP_ASSERT(operations_[index].answered == 0);
  operations_[index].answered = ++clock_;
}

void key_history::answer_value(std::size_t index, std::optional<std::string> shown) {
  answer(index);
  operations_[index].shown = std::move(shown);
}

void key_history::answer_number(std::size_t index, std::int64_t number) {
  answer(index);
  operations_[index].number = number;
}

std::string key_history::unexplained() const {
  if (explained(operations_, clock_)) return {};
  std::vector<const operation*> by_answer;
  for (const operation& each : operations_) {
    if (each.answered != 0) by_answer.push_back(&each);
  }
  std::sort(by_answer.begin(), by_answer.end(),
            [](const operation* left, const operation* right) { return left->answered < right->answered; });
  for (const operation* each : by_answer) {
    if (!explained(operations_, each->answered)) return story_until(*each);
  }
  return story_until(*by_answer.back());
}

std::string key_history::story_until(const operation& culprit) const {
  std::string text = fmt::format("{} on \"{}\" cannot be; before it:", describe(culprit), key_);
  for (const operation& each : operations_) {
    if (&each == &culprit || each.called > culprit.answered) continue;
    bool known = each.answered != 0 && each.answered < culprit.answered;
    text += fmt::format(" {}{},", describe(each), known ? "" : " (not answered)");
  }
  text.pop_back();  // the last comma, or the colon when there was nothing before it
  return text;
}

std::string describe(const operation& shown) {
  bool answered = shown.answered != 0;
  std::string number = answered ? fmt::format(" -> {}", shown.number) : std::string();
  switch (shown.kind) {
    case operation_kind::set:
      return fmt::format("set {}", shown.value);
    case operation_kind::set_expiring:
      return fmt::format("set {} expiring", shown.value);
    case operation_kind::get:
      return answered ? "get -> " + shown.shown.value_or("nothing") : "get";
    case operation_kind::del:
      return "del" + number;
    case operation_kind::incr:
      return "incr" + number;
    case operation_kind::expire:
      return "expire" + number;
  }
  return {};
}

}  // namespace kv
