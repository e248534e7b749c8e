// What the server can be asked: a table of commands with Redis' names, argument counts, replies and error texts.
#ifndef TWINLOOP_SCENARIOS_KV_COMMANDS_HPP
#define TWINLOOP_SCENARIOS_KV_COMMANDS_HPP

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "scenarios/kv/database.hpp"
#include "scenarios/kv/options.hpp"

namespace kv {

/// One request being executed.
struct command_call {
  std::span<const std::string_view> arguments;  ///< the command's name first
  database& data;
  const options& settings;
  std::string& out;              ///< the reply is appended to it
  std::uint64_t connection = 0;  ///< its number, for HELLO
  bool uses_data = false;        ///< out: see command
  bool close = false;            ///< out: the connection ends with this reply
  bool shutdown = false;         ///< out: the server ends
};

/// Executes one request; appends exactly one reply. `arguments` is not empty.
void execute(command_call& call);

using command_handler = void (*)(command_call& call);
struct command {
  std::string_view name;  ///< in lower case
  int arity;              ///< arguments with the name; negative = at least so many
  bool uses_data;         ///< its reply shows or changes data, and waits until that is durable
  command_handler run;
};
/// The command called `name`, in any case of letters, or nullptr.
const command* find_command(std::string_view name);
std::span<const command> all_commands();

// Handlers, by file. commands_value.cpp:
void run_set(command_call& call);
void run_get(command_call& call);
void run_incr(command_call& call);
// commands_key.cpp:
void run_del(command_call& call);
void run_exists(command_call& call);
void run_expire(command_call& call);
void run_ttl(command_call& call);
void run_keys(command_call& call);
void run_dbsize(command_call& call);
void run_flushall(command_call& call);
// commands_server.cpp:
void run_ping(command_call& call);
void run_echo(command_call& call);
void run_config(command_call& call);
void run_command(command_call& call);
void run_hello(command_call& call);
void run_select(command_call& call);
void run_quit(command_call& call);
void run_shutdown(command_call& call);

/// Whether two ASCII texts are equal but for the case of letters.
bool same_word(std::string_view left, std::string_view right);

// Redis' words for what several commands may find wrong.
inline constexpr std::string_view not_an_integer = "ERR value is not an integer or out of range";
inline constexpr std::string_view syntax_error = "ERR syntax error";
void reply_wrong_arity(command_call& call, std::string_view command);

}  // namespace kv

#endif
