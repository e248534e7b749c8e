// A table of options, each with its value's reader: the help text and the parser cannot drift apart.
#include "scenarios/kv/options.hpp"

#include <fmt/core.h>

#include <array>

namespace kv {
namespace {

constexpr std::array<bug_description, 8> bug_table{{
    {"ack_before_sync", &bugs::ack_before_sync, "replies when the log was written, not when it is durable"},
    {"ack_wrong_batch", &bugs::ack_wrong_batch, "a sync acknowledges also what was appended while it ran"},
    {"segment_not_durable", &bugs::segment_not_durable, "a new log segment's name is not synced before it is used"},
    {"snapshot_not_synced", &bugs::snapshot_not_synced, "the snapshot replaces the log before its bytes are durable"},
    {"snapshot_forgets_tail", &bugs::snapshot_forgets_tail, "the snapshot misses a batch on its way to the old log"},
    {"recovery_trusts_cache", &bugs::recovery_trusts_cache, "serves what recovery read before it is durable again"},
    {"expiry_deletes_newer", &bugs::expiry_deletes_newer, "an expired key is deleted later, whatever it holds then"},
    {"reply_overtakes", &bugs::reply_overtakes, "a ready reply does not wait for those held back before it"},
}};

bool read_bind(const std::string& text, options& out) {
  auto parsed = twinloop::address::parse(text, out.bind.port);
  if (!parsed) return false;
  parsed->port = out.bind.port;
  out.bind = *parsed;
  return true;
}

bool read_port(const std::string& text, options& out) {
  std::int64_t port = 0;
  if (!parse_integer(text, port) || port < 0 || port > 65535) return false;
  out.bind.port = static_cast<std::uint16_t>(port);
  return true;
}

bool read_directory(const std::string& text, options& out) {
  out.directory = text;
  return !text.empty();
}

bool read_port_file(const std::string& text, options& out) {
  out.port_file = text;
  return !text.empty();
}

bool read_compact_at(const std::string& text, options& out) {
  std::int64_t bytes = 0;
  if (!parse_integer(text, bytes) || bytes < 0) return false;
  out.compact_at = static_cast<std::uint64_t>(bytes);
  return true;
}

bool read_bug(const std::string& text, options& out) {
  for (const bug_description& bug : bug_table) {
    if (text == bug.name) return out.broken.*bug.flag = true;
  }
  return false;
}

struct option_reader {
  const char* name;
  const char* value;
  const char* expected;  // completes "... is not"
  const char* help;
  bool (*read)(const std::string& text, options& out);
};

constexpr std::array<option_reader, 6> readers{{
    {"--bind", "ADDRESS", "an IPv4 or IPv6 address", "address to listen on (127.0.0.1)", read_bind},
    {"--port", "N", "a port number from 0 to 65535", "port to listen on; 0 = any free one (6379)", read_port},
    {"--dir", "PATH", "a path", "directory of the data; one server at a time (.)", read_directory},
    {"--port-file", "PATH", "a path", "write the port there, once clients can connect", read_port_file},
    {"--compact-at", "BYTES", "a number of bytes", "log size that is worth a snapshot; 0 = never (67108864)",
     read_compact_at},
    {"--bug", "NAME", "the name of a bug (see --help)", "switch on a bug of the buggy twin; may be repeated", read_bug},
}};

}  // namespace

std::span<const bug_description> all_bugs() { return bug_table; }

std::string parse_options(const twinloop::arguments& words, options& out) {
  for (std::size_t index = 0; index < words.size(); ++index) {
    const std::string& word = words[index];
    if (word == "--help" || word == "-h") {
      out.help = true;
      return {};
    }
    const option_reader* found = nullptr;
    for (const option_reader& reader : readers) {
      if (word == reader.name) found = &reader;
    }
    if (found == nullptr) return fmt::format("unknown option '{}'", word);
    if (index + 1 == words.size()) return fmt::format("option {} needs a value: {}", word, found->value);
    const std::string& value = words[++index];
    if (!found->read(value, out)) return fmt::format("option {}: '{}' is not {}", word, value, found->expected);
  }
  return {};
}

std::string usage() {
  std::string text =
      "usage: kv_server [options]\n"
      "A key-value server that speaks Redis' protocol; a write is answered once it is on disk.\n\noptions:\n";
  for (const option_reader& reader : readers) {
    text += fmt::format("  {:<22}{}\n", fmt::format("{} {}", reader.name, reader.value), reader.help);
  }
  text += fmt::format("  {:<22}{}\n\nbugs:\n", "--help", "print this");
  for (const bug_description& bug : bug_table) text += fmt::format("  {:<22}{}\n", bug.name, bug.summary);
  return text;
}

}  // namespace kv
