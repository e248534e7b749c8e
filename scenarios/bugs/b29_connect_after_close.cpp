// B29. A health checker connects to its targets, each with a deadline. The deadline reports the target as down, closes
// the socket and gives the probe up; the connect that is still under way completes afterwards, as cancelled, and its
// callback uses the probe. The fix ignores callbacks of a probe that has ended.
// Origin: h2o #960, #1944.
#include <deque>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B29.no_callback_after_close";
constexpr auto deadline = 1ms;

struct story {
  sim::world& world;
  const dials& dial;
  std::vector<sim::host*> targets{};
};

/// Its memory stays until the end of the process; `ended` says when the original would have freed it.
class probe {
 public:
  probe(twinloop::loop& loop, story& shared, const sim::host& target)
      : shared_(shared),
        target_(loop, "target"),
        deadline_(
            loop, [this] { end(); }, "deadline") {
    deadline_.start(deadline);
    target_.on_line([this](std::string_view) {
      ++answers_;
      end();
    });
    target_.connect(target.address(80), [this](errc error) { connected(error); });
  }

 private:
  void connected(errc error) {
    if (!shared_.dial.buggy && ended_) return;
    shared_.world.check(!ended_, oracle, "a connect completed for a probe that had ended");
    if (error != errc::ok) return end();
    target_.send("how are you?");
  }

  void end() {
    if (std::exchange(ended_, true)) return;
    deadline_.stop();
    target_.close();
  }

  story& shared_;
  std::uint32_t answers_ = 0;
  bool ended_ = false;
  line_peer target_;
  twinloop::timer deadline_;
};

class checker {
 public:
  checker(twinloop::loop& loop, story& shared) : loop_(loop), shared_(shared), noise_(loop, shared.dial), later_(loop) {
    for (const sim::host* each : shared.targets) {
      for (auto at : {0ms, 3ms}) {
        later_.after(
            at, [this, each] { probes_.emplace_back(loop_, shared_, *each); }, "check");
      }
    }
  }

 private:
  twinloop::loop& loop_;
  story& shared_;
  noise noise_;
  background later_;
  std::deque<probe> probes_;
};

class healthy_server {
 public:
  healthy_server(twinloop::loop& loop, story&)
      : server_(loop, [](line_peer& from, std::string_view) { from.send("well"); }) {
    (void)server_.listen(80);
  }

 private:
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& checking = world.add_host("checker");
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    shared.targets.push_back(&add_client_host(world, dial, i, checking));
    start_daemon<healthy_server>(*shared.targets.back(), "server", shared);
  }
  start_program<checker>(checking, "checker", shared);
  world.run();
}

}  // namespace

extern const row b29;
const row b29{.id = "B29",
              .fixed_id = "B29.fixed",
              .name = "a connect completes after its deadline has closed the socket",
              .origin = "h2o #960, #1944",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
