// What the parts of one run share: the world, what clients saw, and the plan of the crash.
#ifndef TWINLOOP_SCENARIOS_KV_STORY_HPP
#define TWINLOOP_SCENARIOS_KV_STORY_HPP

#include <cstdint>
#include <map>
#include <string>

#include "scenarios/kv/check.hpp"
#include "scenarios/kv/history.hpp"
#include "scenarios/kv/reply_parser.hpp"
#include "twinloop/address.hpp"
#include "twinloop/sim.hpp"

namespace kv {

class story {
 public:
  story(twinloop::sim::world& world, const story_settings& settings);

  void run();

  // For clients.
  twinloop::sim::world& world() { return world_; }
  const story_settings& settings() const { return settings_; }
  twinloop::address server_address() const { return server_->address(port); }
  key_history& history(const std::string& key);
  /// A number for a connection of this run.
  std::uint64_t next_connection() { return ++connections_; }
  /// A client has its reply; this may be the moment of the crash.
  void replied();

 private:
  static constexpr std::uint16_t port = 6379;
  void start_server();
  void check_histories();
  void audit();

  twinloop::sim::world& world_;
  story_settings settings_;
  twinloop::sim::host* server_ = nullptr;
  twinloop::sim::process* process_ = nullptr;
  std::map<std::string, key_history> histories_;
  std::uint64_t connections_ = 0;
  std::uint32_t replies_ = 0;
  std::uint32_t crash_after_ = 0;  // replies; 0 = none
  bool power_fails_ = false;       // the crash is the whole machine's, not the process's alone
};

/// A client of the story: sends drawn requests and notes what comes back. Gives back the process's exit status.
int run_story_client(twinloop::loop& loop, story& shared, std::uint32_t number);
/// Reads every key once.
int run_auditor(twinloop::loop& loop, story& shared);

}  // namespace kv

#endif
