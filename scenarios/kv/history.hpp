// What clients saw of one key, and whether a single copy of the data could have shown it to them.
//
// Each operation lies between its call and its answer; if there is an order of all of them that keeps to these
// intervals, and to the order within each connection, and in which every answer is what one register would have given,
// then the history is explained (linearizable). An operation without an answer may have happened, at any time after its
// call, or never. A value with a time to live may vanish at any time; one without never does.
#ifndef TWINLOOP_SCENARIOS_KV_HISTORY_HPP
#define TWINLOOP_SCENARIOS_KV_HISTORY_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kv {

/// Of one key: as many as a set of them has bits.
inline constexpr std::size_t operations_max = 64;

enum class operation_kind : std::uint8_t { set, set_expiring, get, del, incr, expire };

struct operation {
  operation_kind kind = operation_kind::get;
  std::uint64_t connection = 0;        ///< one connection's operations happen in the order of their calls
  std::string value{};                 ///< set: what is written
  std::optional<std::string> shown{};  ///< get: what was answered; empty = nothing there
  std::int64_t number = 0;             ///< del, incr, expire: what was answered
  std::uint64_t called = 0;            ///< places in the order of all calls and answers of the history
  std::uint64_t answered = 0;          ///< 0 = not answered
};

class key_history {
 public:
  explicit key_history(std::string key) : key_(std::move(key)) {}

  /// Notes a call; the result names the operation. At most operations_max operations.
  std::size_t call(operation_kind kind, std::uint64_t connection, std::string value = {});
  void answer_value(std::size_t index, std::optional<std::string> shown);
  void answer_number(std::size_t index, std::int64_t number);
  void answer(std::size_t index);

  /// Empty if the history is explained, else which answer is not, and what came before it.
  std::string unexplained() const;
  const std::vector<operation>& operations() const { return operations_; }

 private:
  std::string story_until(const operation& culprit) const;
  std::string key_;
  std::vector<operation> operations_;
  std::uint64_t clock_ = 0;
};

/// Whether some order explains all answered operations of `operations`, taking answers after `until` as not yet given.
bool explained(const std::vector<operation>& operations, std::uint64_t until);

/// As in: set "1", get -> nothing.
std::string describe(const operation& shown);

}  // namespace kv

#endif
