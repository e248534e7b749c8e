// sim-schedules: how many schedules a second a search gets through. The program is small (at most 50 callbacks) and
// uses what programs use: streams, timers and pool jobs with callables. Two clients send three requests each to a
// server, which lets the pool work on each before it answers.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>

#include "harness/affinity.hpp"
#include "harness/report.hpp"
#include "subject/operations.hpp"
#include "subject/serve.hpp"
#include "subject/simulation.hpp"
#include "twinloop/net.hpp"
#include "twinloop/work.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

constexpr std::uint16_t port = 4000;
constexpr std::size_t clients = 2;
constexpr std::size_t requests_each = 3;

std::uint64_t callbacks;

/// One connection of the server: answers each byte with the next one, by way of the pool.
class session {
 public:
  session(class loop& loop, accepted&& peer) : stream_(loop, std::move(peer), "session"), work_(loop, "answer") {
    stream_.on_read([this](result<std::span<std::byte>> data) {
      if (!data || data->empty()) return stream_.close();
      asked_ = (*data)[0];
      work_.start([](job& running) { running.yield(); }, [this](errc outcome) { answer(outcome); });
    });
    stream_.read_start();
  }

 private:
  void answer(errc outcome) {
    require(outcome, "work");
    if (!stream_.is_closing()) stream_.write(std::string(1, static_cast<char>(asked_)));
  }

  tcp_stream stream_;
  work_handle work_;
  std::byte asked_{};
};

int server_program(class loop& loop, twinloop::arguments) {
  std::unique_ptr<session> sessions[clients];
  std::size_t taken = 0;
  tcp_listener listener(loop);
  auto serve = [&](result<accepted> peer) {
    require(peer.error(), "accept");
    sessions[taken++] = std::make_unique<session>(loop, std::move(*peer));
    if (taken == clients) listener.close();
  };
  require(listener.listen(address::any(port), serve).error(), "listen");
  loop.run();
  callbacks += loop.metrics().callbacks;
  return 0;
}

/// Sends a request, waits for its answer, pauses once, sends the next, and so on.
class requester {
 public:
  requester(class loop& loop, const address& server)
      : stream_(loop, "requests"),
        pause_(
            loop, [this] { send(); }, "pause") {
    stream_.on_read([this](result<std::span<std::byte>> data) {
      require(data.error(), "read");
      if (++answered_ == requests_each) return stream_.close();
      if (answered_ > 1) return send();
      pause_.start(std::chrono::milliseconds(1));
    });
    stream_.connect(server, [this](errc outcome) {
      require(outcome, "connect");
      stream_.read_start();
      send();
    });
  }

 private:
  void send() { stream_.write(std::string(1, static_cast<char>('a' + answered_))); }

  tcp_stream stream_;
  timer pause_;
  std::size_t answered_ = 0;
};

int client_program(class loop& loop, const address& server) {
  requester asking(loop, server);
  loop.run();
  callbacks += loop.metrics().callbacks;
  return 0;
}

void run_schedule(sim::world& world) {
  sim::host& server = world.add_host("server");
  const address target = server.address(port);
  server.start("server", server_program);
  static const char* const names[clients] = {"client-1", "client-2"};
  for (const char* name : names) {
    world.add_host(name).start(name, [target](class loop& on, auto) { return client_program(on, target); });
  }
  require_clean(world.run());
}

}  // namespace

void serve_schedules(const arguments& given) {
  if (given.workload() != "sim-schedules") return;
  pin(0);
  const std::size_t count = given.number("n", 20'000);
  const std::uint64_t seed = given.number("seed", 1);
  recording_memory memory(given);
  sim::world world(unlimited(nullptr, memory));
  std::uint64_t choices = 0;
  const std::uint64_t begun = thread_cpu_ns();
  for (std::size_t run = 0; run < count; ++run) {
    auto source = sim::make_source(sim::plan_run(seed, run, sim::order_kinds()));
    world.reset(unlimited(source.get(), memory));
    run_schedule(world);
    choices += world.report().choices;
  }
  const std::uint64_t taken = thread_cpu_ns() - begun;
  report_rate("sim-schedules", count, taken, "schedules/s",
              fmt::format("callbacks_per_op={:.1f} choices_per_op={:.1f}",
                          static_cast<double>(callbacks) / static_cast<double>(count),
                          static_cast<double>(choices) / static_cast<double>(count)));
}

}  // namespace bench::subject
