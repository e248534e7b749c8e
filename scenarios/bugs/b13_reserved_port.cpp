// B13. A test runner looks for a free port by listening on it, closes the listener again and hands the number out; the
// server that asked listens on it somewhat later. Between the two another caller finds the port free and is given the
// same number. The fix remembers the numbers that were handed out.
// Origin: get-port #23.
#include <deque>
#include <set>

#include "scenarios/bugs/background.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"
#include "twinloop/file.hpp"
#include "twinloop/net.hpp"

namespace bugs {
namespace {

using twinloop::address;
constexpr const char* oracle = "B13.reserved_port_can_be_used";
constexpr std::uint16_t first_port = 3000;

struct story {
  sim::world& world;
  const dials& dial;
};

class test_runner {
 public:
  test_runner(twinloop::loop& loop, story& shared)
      : loop_(loop), shared_(shared), noise_(loop, shared.dial), later_(loop), files_(loop, "configuration") {
    for (std::uint32_t i = 0; i < shared.dial.clients; ++i) {
      later_.after(
          i * 200us, [this] { start_server(); }, "test file");
    }
  }

 private:
  void start_server() {
    reserve(first_port, [this](std::uint16_t port) {
      files_.status("/", [this, port](twinloop::result<twinloop::file_status>) {
        auto started = listeners_.emplace_back(loop_, "server").listen(address::any(port), {});
        shared_.world.check(started.has_value(), oracle, "a server cannot listen on the port it was given");
        if (++tried_ == shared_.dial.clients) end();
      });
    });
  }

  /// The first free port from `port` on.
  void reserve(std::uint16_t port, std::function<void(std::uint16_t)> reserved) {
    if (!shared_.dial.buggy && handed_out_.contains(port)) return reserve(port + 1, std::move(reserved));
    twinloop::tcp_listener& probe = probes_.emplace_back(loop_, "probe");
    if (!probe.listen(address::any(port), {})) return reserve(port + 1, std::move(reserved));
    handed_out_.insert(port);
    probe.close([port, reserved = std::move(reserved)] { reserved(port); });
  }

  void end() {
    for (twinloop::tcp_listener& each : listeners_) each.close();
  }

  twinloop::loop& loop_;
  story& shared_;
  std::uint32_t tried_ = 0;
  std::set<std::uint16_t> handed_out_;
  noise noise_;
  background later_;
  twinloop::file_system files_;
  std::deque<twinloop::tcp_listener> probes_;
  std::deque<twinloop::tcp_listener> listeners_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  start_program<test_runner>(world.add_host("host"), "runner", shared);
  world.run();
}

}  // namespace

extern const row b13;
const row b13{.id = "B13",
              .fixed_id = "B13.fixed",
              .name = "two callers are given the same free port",
              .origin = "get-port #23",
              .oracle = oracle,
              .depth = 2,
              .body = body_of<run>};

}  // namespace bugs
