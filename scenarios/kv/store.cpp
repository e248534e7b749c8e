// One way in, apply(), for commands and for recovery alike: what the log replays is what happened.
#include "scenarios/kv/store.hpp"

#include "twinloop/assert.hpp"

namespace kv {

const entry* store::find(std::string_view key) const {
  auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

void store::apply(const change& made) {
  if (made.kind == change_kind::flush) {
    expiring_.clear();
    entries_.clear();
    return;
  }
  auto at = entries_.lower_bound(made.key);
  bool found = at != entries_.end() && at->first == made.key;
  switch (made.kind) {
    case change_kind::set:
      if (!found) at = entries_.emplace_hint(at, std::string(made.key), entry{});
      at->second.value.assign(made.value);
      set_expiry(at, made.expires);
      break;
    case change_kind::expire:
      if (found) set_expiry(at, made.expires);
      break;
    case change_kind::erase:
      if (found) {
        set_expiry(at, never_expires);
        entries_.erase(at);
      }
      break;
    case change_kind::flush:
      break;
  }
  TWINLOOP_ASSERT(expiring_.size() <= entries_.size());
}

void store::set_expiry(entries::iterator at, expiry_time expires) {
  entry& changed = at->second;
  if (changed.expires == expires) return;
  if (changed.expires != never_expires) expiring_.erase({changed.expires, at->first});
  changed.expires = expires;
  if (expires != never_expires) expiring_.insert({expires, at->first});
}

std::optional<expiry_time> store::next_expiry() const {
  if (expiring_.empty()) return std::nullopt;
  return expiring_.begin()->first;
}

std::optional<std::string_view> store::first_expired(expiry_time now) const {
  if (expiring_.empty() || expiring_.begin()->first > now) return std::nullopt;
  return expiring_.begin()->second;
}

}  // namespace kv
