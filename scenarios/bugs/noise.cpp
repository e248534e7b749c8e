// Noise on timers, on the pool and over loopback sockets.
#include "scenarios/bugs/noise.hpp"

namespace bugs {
namespace {
constexpr std::uint16_t first_port = 9100;
}

noise::echo::echo(twinloop::loop& loop)
    : server(
          loop, [](line_peer& from, std::string_view line) { from.send(std::string(line)); }, "noise listener"),
      peer(loop, "noise peer") {}

noise::noise(twinloop::loop& loop, const dials& dial) : loop_(loop), background_(loop) {
  if (dial.noise_length == 0) return;
  for (std::uint32_t chain = 0; chain < dial.noise_chains; ++chain) {
    if (chain % 3 == 0) timer_step(dial.noise_length);
    if (chain % 3 == 1) pool_step(dial.noise_length);
    if (chain % 3 == 2) start_socket_chain(dial.noise_length);
  }
}

void noise::timer_step(std::uint32_t left) {
  if (left == 0) return;
  background_.after(
      150us, [this, left] { timer_step(left - 1); }, "noise timer");
}

void noise::pool_step(std::uint32_t left) {
  if (left == 0) return;
  background_.on_pool(
      "noise job", [](twinloop::job&) {}, [this, left] { pool_step(left - 1); });
}

void noise::start_socket_chain(std::uint32_t length) {
  const auto port = static_cast<std::uint16_t>(first_port + echoes_.size());
  echo& made = echoes_.emplace_back(loop_);
  if (!made.server.listen(port)) return;
  made.peer.on_line([&made, left = length](std::string_view) mutable {
    if (--left > 0) return made.peer.send("noise");
    made.peer.close();
    made.server.close();
  });
  made.peer.connect(twinloop::address::loopback(port), [&made](twinloop::errc) { made.peer.send("noise"); });
}

}  // namespace bugs
