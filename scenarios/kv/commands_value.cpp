// Commands on one value: SET with all its options, GET, INCR.
#include <limits>
#include <string>

#include "scenarios/kv/commands.hpp"
#include "scenarios/kv/reply.hpp"

namespace kv {
namespace {

enum class expiry_unit : std::uint8_t { none, seconds, milliseconds, at_seconds, at_milliseconds };

struct set_options {
  bool only_new = false;       // NX
  bool only_existing = false;  // XX
  bool keep_expiry = false;    // KEEPTTL
  bool give_old = false;       // GET
  expiry_unit unit = expiry_unit::none;
  std::string_view amount{};
};

expiry_unit parse_unit(std::string_view word) {
  if (same_word(word, "ex")) return expiry_unit::seconds;
  if (same_word(word, "px")) return expiry_unit::milliseconds;
  if (same_word(word, "exat")) return expiry_unit::at_seconds;
  if (same_word(word, "pxat")) return expiry_unit::at_milliseconds;
  return expiry_unit::none;
}

bool parse_set_options(std::span<const std::string_view> words, set_options& out) {
  for (std::size_t index = 0; index < words.size(); ++index) {
    std::string_view word = words[index];
    expiry_unit unit = parse_unit(word);
    if (same_word(word, "nx") && !out.only_existing) {
      out.only_new = true;
    } else if (same_word(word, "xx") && !out.only_new) {
      out.only_existing = true;
    } else if (same_word(word, "get")) {
      out.give_old = true;
    } else if (same_word(word, "keepttl") && out.unit == expiry_unit::none) {
      out.keep_expiry = true;
    } else if (unit != expiry_unit::none && out.unit == expiry_unit::none && !out.keep_expiry &&
               index + 1 < words.size()) {
      out.unit = unit;
      out.amount = words[++index];
    } else {
      return false;
    }
  }
  return true;
}

/// Turns an amount into a time. False: it is not positive, or too far away to be one.
bool expiry_from(std::int64_t amount, expiry_unit unit, expiry_time now, expiry_time& out) {
  constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();
  if (amount <= 0) return false;
  if (unit == expiry_unit::seconds || unit == expiry_unit::at_seconds) {
    if (amount > max / 1000) return false;
    amount *= 1000;
  }
  if (unit == expiry_unit::seconds || unit == expiry_unit::milliseconds) {
    if (amount > max - now) return false;
    amount += now;
  }
  out = amount;
  return true;
}

}  // namespace

void run_set(command_call& call) {
  set_options wanted;
  if (!parse_set_options(call.arguments.subspan(3), wanted)) return reply_error(call.out, syntax_error);
  std::string_view key = call.arguments[1];
  expiry_time now = call.data.now();
  expiry_time expires = never_expires;
  if (wanted.unit != expiry_unit::none) {
    std::int64_t amount = 0;
    if (!parse_integer(wanted.amount, amount)) return reply_error(call.out, not_an_integer);
    if (!expiry_from(amount, wanted.unit, now, expires)) {
      return reply_error(call.out, "ERR invalid expire time in 'set' command");
    }
  }
  const entry* old = call.data.find(key);
  bool refused = (wanted.only_new && old != nullptr) || (wanted.only_existing && old == nullptr);
  if (wanted.give_old) {
    old != nullptr ? reply_bulk(call.out, old->value) : reply_nil(call.out);
  } else {
    refused ? reply_nil(call.out) : reply_simple(call.out, "OK");
  }
  if (refused) return;
  if (wanted.keep_expiry && old != nullptr) expires = old->expires;
  if (expires != never_expires && expires <= now) {
    call.data.commit({change_kind::erase, key});  // a time in the past: as if it had been set and had expired
  } else {
    call.data.commit({change_kind::set, key, call.arguments[2], expires});
  }
}

void run_get(command_call& call) {
  const entry* found = call.data.find(call.arguments[1]);
  found != nullptr ? reply_bulk(call.out, found->value) : reply_nil(call.out);
}

void run_incr(command_call& call) {
  const entry* found = call.data.find(call.arguments[1]);
  std::int64_t value = 0;
  if (found != nullptr && !parse_integer(found->value, value)) return reply_error(call.out, not_an_integer);
  if (value == std::numeric_limits<std::int64_t>::max()) {
    return reply_error(call.out, "ERR increment or decrement would overflow");
  }
  ++value;
  call.data.commit(
      {change_kind::set, call.arguments[1], std::to_string(value), found != nullptr ? found->expires : never_expires});
  reply_integer(call.out, value);
}

}  // namespace kv
