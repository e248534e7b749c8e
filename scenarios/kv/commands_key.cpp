// Commands on keys, whatever their values: DEL EXISTS EXPIRE TTL KEYS DBSIZE FLUSHALL.
#include <fmt/core.h>

#include <limits>
#include <vector>

#include "scenarios/kv/commands.hpp"
#include "scenarios/kv/glob.hpp"
#include "scenarios/kv/reply.hpp"

namespace kv {
namespace {

struct expire_options {
  bool only_without = false;  // NX: only keys that do not expire yet
  bool only_with = false;     // XX
  bool only_later = false;    // GT
  bool only_earlier = false;  // LT
};

/// The result is empty, or Redis' words for what is wrong.
std::string parse_expire_options(std::span<const std::string_view> words, expire_options& out) {
  for (std::string_view word : words) {
    if (same_word(word, "nx")) {
      out.only_without = true;
    } else if (same_word(word, "xx")) {
      out.only_with = true;
    } else if (same_word(word, "gt")) {
      out.only_later = true;
    } else if (same_word(word, "lt")) {
      out.only_earlier = true;
    } else {
      return fmt::format("ERR Unsupported option {}", word);
    }
  }
  if (out.only_without && (out.only_with || out.only_later || out.only_earlier)) {
    return "ERR NX and XX, GT or LT options at the same time are not compatible";
  }
  if (out.only_later && out.only_earlier) return "ERR GT and LT options at the same time are not compatible";
  return {};
}

/// A key that does not expire counts as one that expires infinitely late.
bool allowed(const expire_options& wanted, expiry_time old, expiry_time expires) {
  if (wanted.only_without && old != never_expires) return false;
  if (wanted.only_with && old == never_expires) return false;
  if (wanted.only_later && (old == never_expires || expires <= old)) return false;
  return !(wanted.only_earlier && old != never_expires && expires >= old);
}

}  // namespace

void run_del(command_call& call) {
  std::int64_t removed = 0;
  for (std::string_view key : call.arguments.subspan(1)) {
    if (call.data.find(key) == nullptr) continue;
    call.data.commit({change_kind::erase, key});
    ++removed;
  }
  reply_integer(call.out, removed);
}

void run_exists(command_call& call) {
  std::int64_t found = 0;
  for (std::string_view key : call.arguments.subspan(1)) found += call.data.find(key) != nullptr ? 1 : 0;
  reply_integer(call.out, found);
}

void run_expire(command_call& call) {
  std::int64_t seconds = 0;
  if (!parse_integer(call.arguments[2], seconds)) return reply_error(call.out, not_an_integer);
  expire_options wanted;
  std::string wrong = parse_expire_options(call.arguments.subspan(3), wanted);
  if (!wrong.empty()) return reply_error(call.out, wrong);
  constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();
  expiry_time now = call.data.now();
  if (seconds > max / 1000 || seconds < -(max / 1000) || seconds * 1000 > max - now) {
    return reply_error(call.out, "ERR invalid expire time in 'expire' command");
  }
  std::string_view key = call.arguments[1];
  const entry* found = call.data.find(key);
  expiry_time expires = now + seconds * 1000;
  if (found == nullptr || !allowed(wanted, found->expires, expires)) return reply_integer(call.out, 0);
  if (expires <= now) {
    call.data.commit({change_kind::erase, key});
  } else {
    call.data.commit({change_kind::expire, key, {}, expires});
  }
  reply_integer(call.out, 1);
}

void run_ttl(command_call& call) {
  const entry* found = call.data.find(call.arguments[1]);
  if (found == nullptr) return reply_integer(call.out, -2);
  if (found->expires == never_expires) return reply_integer(call.out, -1);
  expiry_time left = found->expires - call.data.now();
  reply_integer(call.out, (left < 0 ? 0 : left + 500) / 1000);
}

void run_keys(command_call& call) {
  std::vector<std::string_view> matching;
  for (const auto& [key, ignored] : call.data.all()) {
    if (glob_matches(call.arguments[1], key)) matching.emplace_back(key);
  }
  reply_array(call.out, matching.size());
  for (std::string_view key : matching) reply_bulk(call.out, key);
}

void run_dbsize(command_call& call) { reply_integer(call.out, static_cast<std::int64_t>(call.data.size())); }

void run_flushall(command_call& call) {
  std::size_t words = call.arguments.size();
  bool known =
      words == 1 || (words == 2 && (same_word(call.arguments[1], "async") || same_word(call.arguments[1], "sync")));
  if (!known) return reply_error(call.out, syntax_error);
  if (call.data.size() > 0) call.data.commit({change_kind::flush});
  reply_simple(call.out, "OK");
}

}  // namespace kv
