// The story's frame: hosts, the crash, the end and the verdict. What clients do stands in story_client.cpp.
#include "scenarios/kv/check.hpp"

#include <fmt/core.h>

#include "scenarios/kv/server.hpp"
#include "scenarios/kv/story.hpp"
#include "twinloop/assert.hpp"

namespace kv {

namespace sim = twinloop::sim;

namespace {
constexpr std::chrono::milliseconds down_for{1};  // after a crash
}

story::story(sim::world& world, const story_settings& settings) : world_(world), settings_(settings) {
  for (const char* key : {"a", "b", "n"}) histories_.emplace(key, key_history(key));
}

key_history& story::history(const std::string& key) {
  auto found = histories_.find(key);
  TWINLOOP_ASSERT(found != histories_.end());
  return found->second;
}

/// The server itself sees its loop and its command line. What it reports as trouble fails the run: nothing in a story
/// makes a disk fail, so it can only mean that the server has damaged its own files.
void story::start_server() {
  server_ = &world_.add_host("server");
  server_->write_file("/data/.keep", "");
  twinloop::arguments words{"--bind", "0.0.0.0", "--port",       std::to_string(port),
                            "--dir",  "/data",   "--compact-at", std::to_string(settings_.compact_at)};
  if (!settings_.bug.empty()) words.insert(words.end(), {"--bug", settings_.bug});
  auto program = [this](twinloop::loop& loop, twinloop::arguments given) {
    options parsed;
    std::string wrong = parse_options(given, parsed);
    if (!wrong.empty()) {
      world_.fail("kv.command_line", wrong);
      return 2;
    }
    return serve(loop, parsed, [this](notice kind, const std::string& text) {
      if (kind == notice::trouble) world_.fail("kv.server_recovers", text);
    });
  };
  process_ = &server_->start("kv", program, words,
                             {.daemon = true, .may_crash = settings_.crash_anywhere, .restart_after = down_for});
}

void story::replied() {
  if (++replies_ != crash_after_) return;
  if (power_fails_) {
    server_->crash();
  } else {
    process_->kill();
  }
  server_->restart(down_for);
}

void story::check_histories() {
  const char* name = process_->starts() > 1 ? "kv.acknowledged_writes_survive" : "kv.reads_see_acknowledged_writes";
  for (const auto& [key, history] : histories_) {
    std::string wrong = history.unexplained();
    if (!wrong.empty()) world_.fail(name, wrong);
  }
}

/// The power fails; what was acknowledged must be there afterwards.
void story::audit() {
  server_->crash();
  server_->restart(down_for);
  world_.add_host("auditor").start(
      "auditor", [this](twinloop::loop& loop, twinloop::arguments) { return run_auditor(loop, *this); });
  if (world_.run().clean()) check_histories();
}

void story::run() {
  if (settings_.crash) {
    std::uint32_t replies = settings_.clients * settings_.requests;
    crash_after_ = world_.choose("crash after reply", replies + 1);
    if (crash_after_ != 0) power_fails_ = world_.choose("power fails", 2) == 1;
  }
  start_server();
  for (std::uint32_t number = 1; number <= settings_.clients; ++number) {
    auto program = [this, number](twinloop::loop& loop, twinloop::arguments) {
      return run_story_client(loop, *this, number);
    };
    world_.add_host(fmt::format("client-{}", number)).start("client", program);
  }
  if (!world_.run().clean()) return;
  check_histories();
  if (world_.report().clean()) audit();
}

void run_story(sim::world& world, const story_settings& settings) { story(world, settings).run(); }

}  // namespace kv
