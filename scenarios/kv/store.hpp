// The data in memory: keys in order, and an index of when they expire. It knows changes and nothing of commands, files
// or time: the caller says what time it is.
#ifndef TWINLOOP_SCENARIOS_KV_STORE_HPP
#define TWINLOOP_SCENARIOS_KV_STORE_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/kv/change.hpp"

namespace kv {

struct entry {
  std::string value;
  expiry_time expires = never_expires;
};

class store {
 public:
  using entries = std::map<std::string, entry, std::less<>>;

  store() = default;
  store(store&&) = default;
  store& operator=(store&&) = default;

  /// The entry of `key`, expired or not, or nullptr. Valid until the next apply().
  const entry* find(std::string_view key) const;
  void apply(const change& made);

  std::size_t size() const { return entries_.size(); }
  const entries& all() const { return entries_; }
  /// When the first key expires; empty if none ever does.
  std::optional<expiry_time> next_expiry() const;
  /// The key that expires first, if it does so at or before `now`. Valid until the next apply().
  std::optional<std::string_view> first_expired(expiry_time now) const;

 private:
  void set_expiry(entries::iterator at, expiry_time expires);
  entries entries_;
  std::set<std::pair<expiry_time, std::string_view>> expiring_;  // views of the keys in entries_, whose nodes stay put
};

}  // namespace kv

#endif
