// The command line of the server, and the switches of its buggy twin.
#ifndef TWINLOOP_SCENARIOS_KV_OPTIONS_HPP
#define TWINLOOP_SCENARIOS_KV_OPTIONS_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "scenarios/kv/resp_parser.hpp"
#include "twinloop/address.hpp"
#include "twinloop/loop.hpp"

namespace kv {

/// Bugs as they are made in servers like this one. Each passes every test that meets events in their natural order.
struct bugs {
  bool ack_before_sync = false;        ///< replies when the log was written, not when it is durable
  bool ack_wrong_batch = false;        ///< a sync acknowledges also what was appended while it ran
  bool segment_not_durable = false;    ///< a new log segment's name is not synced before it takes acknowledged writes
  bool snapshot_not_synced = false;    ///< the snapshot replaces the old log before its bytes are durable
  bool snapshot_forgets_tail = false;  ///< the snapshot is made while a batch is on its way to the old log
  bool recovery_trusts_cache = false;  ///< what recovery read is served before it is known to be durable
  bool expiry_deletes_newer = false;   ///< a key that expired is deleted later, whatever it holds by then
  bool reply_overtakes = false;        ///< a reply that is ready does not wait for those held back before it
};

struct bug_description {
  const char* name;  ///< as --bug takes it
  bool bugs::*flag;
  const char* summary;
};
/// All of them, in the order of the struct.
std::span<const bug_description> all_bugs();

struct options {
  twinloop::address bind = twinloop::address::loopback(6379);
  std::string directory = ".";
  std::string port_file{};               ///< empty = none
  std::uint64_t compact_at = 64 << 20;   ///< bytes of log that are worth a snapshot; 0 = never
  std::size_t output_limit = 1 << 20;    ///< reply bytes a connection may have waiting before it is not read
  std::size_t backlog_limit = 64 << 20;  ///< bytes waiting for the log before no connection is read
  resp_limits limits{};
  bugs broken{};
  bool help = false;
};

/// Reads the command line. The result is empty, or says what is wrong with it.
std::string parse_options(const twinloop::arguments& words, options& out);
/// What --help prints.
std::string usage();

}  // namespace kv

#endif
