// The client process.
#include "scenarios/bugs/client.hpp"

#include <array>
#include <optional>

#include "scenarios/bugs/background.hpp"
#include "scenarios/bugs/lines.hpp"

namespace bugs {
namespace {

constexpr std::uint16_t server_port = 80;

class client {
 public:
  client(twinloop::loop& loop, twinloop::address server, const std::vector<timed_request>& requests,
         const reply_handler& on_reply)
      : loop_(loop), server_(server), requests_(requests), on_reply_(on_reply), started_(loop.now()), later_(loop) {
    connect();
  }

 private:
  void connect() {
    peer_.emplace(loop_, "client");
    peer_->on_line([this](std::string_view line) {
      if (on_reply_) on_reply_(replies_, line);
      if (++replies_ == requests_.size()) peer_->close();
    });
    peer_->connect(server_, [this](twinloop::errc error) {
      if (error == twinloop::errc::ok) return send_all();
      peer_->close([this] {
        later_.after(
            1ms, [this] { connect(); }, "connect again");
      });
    });
  }

  void send_all() {
    for (const timed_request& each : requests_) {
      const twinloop::duration left = started_ + each.at - loop_.now();
      if (left <= 0ns) {
        peer_->send(each.line);
      } else {
        later_.after(
            left, [this, &each] { peer_->send(each.line); }, "request");
      }
    }
  }

  twinloop::loop& loop_;
  twinloop::address server_;
  const std::vector<timed_request>& requests_;
  const reply_handler& on_reply_;
  twinloop::time_point started_;
  std::size_t replies_ = 0;
  std::optional<line_peer> peer_;
  background later_;
};

}  // namespace

sim::host& add_client_host(sim::world& world, const dials& dial, std::uint32_t index, const sim::host& server) {
  sim::host& made = world.add_host("client-" + std::to_string(index));
  if (dial.spread_latency) {
    constexpr std::array<twinloop::duration, 4> latencies{100us, 200us, 400us, 800us};
    world.set_latency(made, server, latencies[world.choose("latency of a link", latencies.size())]);
  }
  return made;
}

void start_client(sim::world& world, const dials& dial, std::uint32_t index, const sim::host& server,
                  std::vector<timed_request> requests, reply_handler on_reply) {
  auto program = [target = server.address(server_port), requests = std::move(requests), on_reply = std::move(on_reply)](
                     twinloop::loop& loop, twinloop::arguments) {
    client running(loop, target, requests, on_reply);
    loop.run();
    return 0;
  };
  add_client_host(world, dial, index, server).start("client", std::move(program));
}

}  // namespace bugs
