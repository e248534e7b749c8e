// Commands about the server and the connection, as far as clients expect them from a Redis.
#include <fmt/core.h>

#include <utility>
#include <vector>

#include "scenarios/kv/commands.hpp"
#include "scenarios/kv/glob.hpp"
#include "scenarios/kv/reply.hpp"

namespace kv {
namespace {

constexpr std::string_view protocol_version = "7.0.15";  // of the Redis whose replies these are

/// The parameters that CONFIG GET knows, in order of their names.
std::vector<std::pair<std::string_view, std::string>> parameters(const options& settings) {
  std::string bound = settings.bind.text();
  return {
      {"appendfsync", "always"},
      {"appendonly", "yes"},
      {"bind", bound.substr(0, bound.rfind(':'))},
      {"client-query-buffer-limit", std::to_string(settings.limits.request_bytes)},
      {"databases", "1"},
      {"dir", settings.directory},
      {"maxmemory", "0"},
      {"port", std::to_string(settings.bind.port)},
      {"proto-max-bulk-len", std::to_string(settings.limits.bulk_bytes)},
      {"save", ""},
  };
}

void config_get(command_call& call) {
  std::vector<std::pair<std::string_view, std::string>> found;
  for (auto& [name, value] : parameters(call.settings)) {
    for (std::string_view pattern : call.arguments.subspan(2)) {
      std::string lowered(pattern);
      for (char& letter : lowered) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
      if (!glob_matches(lowered, name)) continue;
      found.emplace_back(name, std::move(value));
      break;
    }
  }
  reply_array(call.out, 2 * found.size());
  for (const auto& [name, value] : found) {
    reply_bulk(call.out, name);
    reply_bulk(call.out, value);
  }
}

void reply_unknown_subcommand(command_call& call, std::string_view command) {
  reply_error(call.out,
              fmt::format("ERR unknown subcommand '{}'. Try {} HELP.", call.arguments[1].substr(0, 128), command));
}

}  // namespace

void run_ping(command_call& call) {
  if (call.arguments.size() > 2) return reply_wrong_arity(call, "ping");
  if (call.arguments.size() == 2) return reply_bulk(call.out, call.arguments[1]);
  reply_simple(call.out, "PONG");
}

void run_echo(command_call& call) { reply_bulk(call.out, call.arguments[1]); }

void run_config(command_call& call) {
  if (same_word(call.arguments[1], "get")) {
    if (call.arguments.size() < 3) return reply_wrong_arity(call, "config|get");
    return config_get(call);
  }
  reply_unknown_subcommand(call, "CONFIG");
}

/// Clients ask this for help texts and key positions; an empty list tells them that there are none to be had.
void run_command(command_call& call) {
  if (call.arguments.size() == 1 || same_word(call.arguments[1], "docs")) return reply_array(call.out, 0);
  if (same_word(call.arguments[1], "count")) {
    return reply_integer(call.out, static_cast<std::int64_t>(all_commands().size()));
  }
  reply_unknown_subcommand(call, "COMMAND");
}

void run_hello(command_call& call) {
  std::int64_t version = 2;
  if (call.arguments.size() > 1 && !parse_integer(call.arguments[1], version)) {
    return reply_error(call.out, "ERR Protocol version is not an integer or out of range");
  }
  if (version != 2) return reply_error(call.out, "NOPROTO unsupported protocol version");
  if (call.arguments.size() > 2) {
    return reply_error(call.out, fmt::format("ERR Syntax error in HELLO option '{}'", call.arguments[2]));
  }
  reply_array(call.out, 14);
  reply_bulk(call.out, "server");
  reply_bulk(call.out, "redis");
  reply_bulk(call.out, "version");
  reply_bulk(call.out, protocol_version);
  reply_bulk(call.out, "proto");
  reply_integer(call.out, 2);
  reply_bulk(call.out, "id");
  reply_integer(call.out, static_cast<std::int64_t>(call.connection));
  reply_bulk(call.out, "mode");
  reply_bulk(call.out, "standalone");
  reply_bulk(call.out, "role");
  reply_bulk(call.out, "master");
  reply_bulk(call.out, "modules");
  reply_array(call.out, 0);
}

void run_select(command_call& call) {
  std::int64_t index = 0;
  if (!parse_integer(call.arguments[1], index)) return reply_error(call.out, not_an_integer);
  if (index != 0) return reply_error(call.out, "ERR DB index is out of range");
  reply_simple(call.out, "OK");
}

void run_quit(command_call& call) {
  call.close = true;
  reply_simple(call.out, "OK");
}

/// Redis answers a SHUTDOWN only if it refuses; here the reply says that everything acknowledged is on disk.
void run_shutdown(command_call& call) {
  bool known =
      call.arguments.size() == 1 ||
      (call.arguments.size() == 2 && (same_word(call.arguments[1], "nosave") || same_word(call.arguments[1], "save")));
  if (!known) return reply_error(call.out, syntax_error);
  call.shutdown = true;
  call.close = true;
  reply_simple(call.out, "OK");
}

}  // namespace kv
