// The table, and the checks that are the same for all commands.
#include "scenarios/kv/commands.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "scenarios/kv/reply.hpp"
#include "twinloop/assert.hpp"

namespace kv {
namespace {

constexpr std::array<command, 18> table{{
    {"command", -1, false, run_command},
    {"config", -2, false, run_config},
    {"dbsize", 1, true, run_dbsize},
    {"del", -2, true, run_del},
    {"echo", 2, false, run_echo},
    {"exists", -2, true, run_exists},
    {"expire", -3, true, run_expire},
    {"flushall", -1, true, run_flushall},
    {"get", 2, true, run_get},
    {"hello", -1, false, run_hello},
    {"incr", 2, true, run_incr},
    {"keys", 2, true, run_keys},
    {"ping", -1, false, run_ping},
    {"quit", -1, false, run_quit},
    {"select", 2, false, run_select},
    {"set", -3, true, run_set},
    {"shutdown", -1, true, run_shutdown},
    {"ttl", 2, true, run_ttl},
}};
static_assert(std::is_sorted(table.begin(), table.end(),
                             [](const command& left, const command& right) { return left.name < right.name; }));

constexpr char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; }

/// Redis shows at most this much of a name, and of the arguments, that it does not know.
constexpr std::size_t shown_max = 128;

void reply_unknown(command_call& call) {
  std::string shown;
  for (std::size_t index = 1; index < call.arguments.size() && shown.size() < shown_max; ++index) {
    shown += fmt::format("'{}' ", call.arguments[index].substr(0, shown_max - shown.size()));
  }
  reply_error(call.out, fmt::format("ERR unknown command '{}', with args beginning with: {}",
                                    call.arguments[0].substr(0, shown_max), shown));
}

}  // namespace

bool same_word(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char one, char other) { return lower(one) == lower(other); });
}

std::span<const command> all_commands() { return table; }

const command* find_command(std::string_view name) {
  std::array<char, 16> lowered;
  if (name.size() > lowered.size()) return nullptr;
  std::transform(name.begin(), name.end(), lowered.begin(), lower);
  std::string_view wanted(lowered.data(), name.size());
  auto at = std::lower_bound(table.begin(), table.end(), wanted,
                             [](const command& each, std::string_view text) { return each.name < text; });
  return at != table.end() && at->name == wanted ? &*at : nullptr;
}

void reply_wrong_arity(command_call& call, std::string_view command) {
  reply_error(call.out, fmt::format("ERR wrong number of arguments for '{}' command", command));
}

void execute(command_call& call) {
  TWINLOOP_ASSERT(!call.arguments.empty());
  std::size_t before = call.out.size();
  const command* found = find_command(call.arguments[0]);
  auto count = static_cast<int>(call.arguments.size());
  if (found == nullptr) {
    reply_unknown(call);
  } else if (found->arity < 0 ? count < -found->arity : count != found->arity) {
    reply_wrong_arity(call, found->name);
  } else {
    call.uses_data = found->uses_data;
    found->run(call);
  }
  TWINLOOP_ASSERT(call.out.size() > before);
}

}  // namespace kv
