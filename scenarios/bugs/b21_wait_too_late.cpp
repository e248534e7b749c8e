// B21. A host that needs a neighbour's hardware address sends a query and, when that is sent, begins to wait for the
// answer on a condition. Sending yields: if the answer is taken in first, it wakes nobody, and the waiter never wakes.
// The fix registers the wait before the query is sent.
// Origin: mirage-tcpip #86; also in the benchmarks of ConFuzz.
// The failure is a hang, reported by the simulator.
#include <map>
#include <vector>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"

namespace bugs {
namespace {

/// Hosts of a segment answer queries about themselves.
int run_neighbour(twinloop::loop& loop) {
  line_server segment(loop, [](line_peer& from, std::string_view query) {
    from.send(std::string(query) + " is at 02:00:00:00:00:01");
  });
  if (!segment.listen(80)) return 1;
  loop.run();
  return 0;
}

/// Wakes everybody who waits for a name, once.
class conditions {
 public:
  void wait(const std::string& name, std::function<void()> woken) { waiting_[name].push_back(std::move(woken)); }
  void broadcast(const std::string& name) {
    for (auto& woken : std::exchange(waiting_[name], {})) woken();
  }

 private:
  std::map<std::string, std::vector<std::function<void()>>> waiting_;
};

class resolver_of_addresses {
 public:
  resolver_of_addresses(twinloop::loop& loop, const twinloop::address& segment, const dials& dial)
      : dial_(dial), noise_(loop, dial), later_(loop), segment_(loop, "segment") {
    segment_.on_line([this](std::string_view reply) {
      const std::string name(reply.substr(0, reply.find(' ')));
      answered_.broadcast(name);
    });
    segment_.connect(segment, [this](twinloop::errc) {
      for (std::uint32_t i = 0; i < dial_.clients; ++i) {
        later_.after(
            i * 300us, [this, i] { query("10.0.0." + std::to_string(i)); }, "packet to send");
      }
    });
  }

 private:
  void query(const std::string& name) {
    auto wait = [this, name] { answered_.wait(name, [this] { resolved(); }); };
    if (dial_.buggy) {
      send(name, wait);
    } else {
      wait();
      send(name, [] {});
    }
  }

  void send(const std::string& name, std::function<void()> sent) {
    segment_.stream().write(name + "\n", [sent = std::move(sent)](twinloop::errc, std::size_t) { sent(); });
  }

  /// The packets that waited for an address can go. When all have gone, the program ends.
  void resolved() {
    if (++resolved_ == dial_.clients) segment_.close();
  }

  dials dial_;
  std::uint32_t resolved_ = 0;
  conditions answered_;
  noise noise_;
  background later_;
  line_peer segment_;
};

void run(sim::world& world, const dials& dial) {
  sim::host& neighbour = world.add_host("neighbour");
  auto answer = [](twinloop::loop& loop, twinloop::arguments) { return run_neighbour(loop); };
  neighbour.start("segment", answer, {}, {.daemon = true});
  auto program = [target = neighbour.address(80), dial](twinloop::loop& loop, twinloop::arguments) {
    resolver_of_addresses running(loop, target, dial);
    loop.run();
    return 0;
  };
  add_client_host(world, dial, 0, neighbour).start("sender", program);
  world.run();
}

}  // namespace

extern const row b21;
const row b21{.id = "B21",
              .fixed_id = "B21.fixed",
              .name = "the wait for an answer begins after the answer came",
              .origin = "mirage-tcpip #86",
              .oracle = "hang",
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
