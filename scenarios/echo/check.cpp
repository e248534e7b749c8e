// Verdicts go by what was delivered, never by how long something should take: any lateness is legal. A connection may
// be dropped only after the time that its owner must have waited, as measured at the owner.
#include "scenarios/echo/check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "scenarios/echo/peer.hpp"
#include "scenarios/echo/server.hpp"

namespace echo {
namespace {

namespace sim = twinloop::sim;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::uint16_t port = 7007;
constexpr milliseconds idle_timeout{300};
constexpr milliseconds answer_within{200};
constexpr milliseconds backoff_min{10};
constexpr milliseconds backoff_max{160};

struct story {
  sim::world& world;
  story_settings settings;
  sim::host* host = nullptr;
  sim::process* process = nullptr;
  std::uint32_t echoes = 0;
  std::uint32_t crash_after = 0;  // echoes; 0 = never

  /// Somebody has an echo; this may be when the server dies.
  void echoed() {
    if (++echoes != crash_after) return;
    process->kill();
    process->restart(milliseconds(25));
  }
};

int run_server(twinloop::loop& loop, story& shared) {
  server running(loop, {.bind = twinloop::address::any(port),
                        .idle_timeout = idle_timeout,
                        .drop_without_recheck = shared.settings.drop_without_recheck});
  running.on_idle_drop([&shared](twinloop::duration silence) {
    shared.world.check(silence >= idle_timeout, "echo.live_peers_are_kept",
                       fmt::format("a peer was dropped after {} us of silence", silence.count() / 1000));
  });
  if (!running.start()) return 1;
  loop.run();
  return 0;
}

/// A client that says its messages with chosen pauses, each when the one before was echoed.
class talker final : public peer_watcher {
 public:
  talker(twinloop::loop& loop, story& shared, bool beats)
      : shared_(shared),
        who_(beats ? "a beating client" : "a quiet client"),
        peer_(loop,
              {.server = shared.host->address(port),
               .beat_every = beats ? milliseconds(100) : milliseconds(0),
               .answer_within = answer_within,
               .backoff_min = backoff_min,
               .backoff_max = backoff_max},
              *this),
        pause_(
            loop, [this] { speak(); }, "pause") {}

  void start() {
    peer_.start();
    speak();
  }

  void echoed(const std::string& message) override {
    shared_.world.check(message == expected_, "echo.bytes_match",
                        fmt::format("\"{}\" came back as \"{}\"", expected_, message));
    if (++said_ == shared_.settings.messages) {
      peer_.close();
    } else {
      pause();
    }
    shared_.echoed();
  }
  void mismatch() override { shared_.world.fail("echo.bytes_match", "an echo differs from what was said"); }
  void gave_up(twinloop::duration silence) override {
    shared_.world.check(silence >= answer_within, "echo.live_servers_are_kept",
                        fmt::format("a connection was given up after {} us", silence.count() / 1000));
  }
  void backs_off(std::uint32_t attempt, twinloop::duration delay) override {
    std::int64_t doubled = std::int64_t{1} << std::min(attempt - 1, 10u);
    auto nominal = std::min<twinloop::duration>(backoff_min * doubled, backoff_max);
    shared_.world.check(delay >= nominal / 2 && delay <= nominal, "echo.backs_off_exponentially",
                        fmt::format("attempt {} comes after {} us", attempt, delay.count() / 1000));
  }

 private:
  void speak() {
    expected_ = fmt::format("message {} of {}", said_, who_);
    peer_.say(expected_);
  }
  /// Without beats, pauses come close to the idle timeout: the last moment is when things go wrong.
  void pause() {
    constexpr std::array<twinloop::duration, 4> pauses{milliseconds(75), milliseconds(150),
                                                       idle_timeout - microseconds(200), idle_timeout};
    pause_.start(pauses[shared_.world.choose("pause", pauses.size())]);
  }

  story& shared_;
  std::string expected_;
  std::uint32_t said_ = 0;
  const char* who_;
  peer peer_;
  twinloop::timer pause_;
};

/// Connects, says nothing, and ends when it is dropped. It is dropped, or the run hangs.
int run_silent(twinloop::loop& loop, story& shared) {
  twinloop::tcp_stream stream(loop, "silent");
  stream.connect(shared.host->address(port), [&](twinloop::errc error) {
    if (error != twinloop::errc::ok) return stream.close();  // the server is down just now: nothing to see
    stream.on_read([&](twinloop::result<std::span<std::byte>> data) {
      shared.world.check(!data || data->empty(), "echo.bytes_match", "bytes came that nobody had sent");
      stream.close();
    });
    stream.read_start();
  });
  loop.run();
  return 0;
}

}  // namespace

void run_story(sim::world& world, const story_settings& settings) {
  story shared{world, settings};
  shared.crash_after = world.choose("server dies after echo", 2 * settings.messages);
  shared.host = &world.add_host("server");
  shared.process = &shared.host->start(
      "echo", [&shared](twinloop::loop& loop, twinloop::arguments) { return run_server(loop, shared); }, {},
      {.daemon = true});
  for (bool beats : {true, false}) {
    auto program = [&shared, beats](twinloop::loop& loop, twinloop::arguments) {
      talker running(loop, shared, beats);
      running.start();
      loop.run();
      return 0;
    };
    world.add_host(beats ? "beating" : "quiet").start("client", program);
  }
  world.add_host("silent").start(
      "client", [&shared](twinloop::loop& loop, twinloop::arguments) { return run_silent(loop, shared); });
  world.run();
}

}  // namespace echo
