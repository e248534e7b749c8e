// The sim-* workloads on the bare loop.
#include "peers/sim_limit/serve.hpp"
#include "peers/sim_limit/world.hpp"

namespace bench::limit {
namespace {

std::size_t left;

/// Two nodes, told to do `on_packet`, the first of them sent to.
void start_pair(world& made, void (*on_packet)(world&, node&, packet*)) {
  made.nodes.resize(2);
  for (std::uint32_t i = 0; i < 2; ++i) {
    made.nodes[i].id = i;
    made.nodes[i].on_packet = on_packet;
  }
  const char bytes[message_size] = {};
  made.send(1, bytes, 10 * millisecond);
}

/// The hold model: each of `pending` events schedules one successor.
[[noreturn]] void hold(const arguments& given) {
  const std::size_t pending = given.number("pending", 1000), count = given.number("n", 5'000'000);
  world made;
  left = count;
  static world::callback step;
  step = [](world& self, void*) {
    if (left == 0) return self.clear();
    --left;
    self.at(self.now() + 1 + self.random.below(1000 * millisecond), step, nullptr);
  };
  for (std::size_t i = 0; i < pending; ++i) made.at(made.random.below(1000 * millisecond), step, nullptr);
  const std::uint64_t begun = thread_cpu_ns();
  made.run();
  report_rate(fmt::format("sim-hold-p{}", pending), made.events(), thread_cpu_ns() - begun, "events/s");
}

[[noreturn]] void pingpong(const arguments& given) {
  const std::size_t count = given.number("n", 100'000);
  left = count;
  const std::uint64_t begun = thread_cpu_ns();
  world made;
  start_pair(made, [](world& self, node& receiver, packet* received) {
    self.give_back(received);
    ++receiver.received;
    if (--left != 0) self.send(1 - receiver.id, receiver.in, 10 * millisecond);
  });
  made.run();
  report_simulated("sim-pingpong", count, thread_cpu_ns() - begun, "msgs/s", made);
}

[[noreturn]] void mesh(const arguments& given) {
  const std::size_t nodes = given.number("nodes", 100);
  static std::size_t each, received;
  each = given.number("per", 1000);
  const std::uint64_t begun = thread_cpu_ns();
  world made;
  made.nodes.resize(nodes);
  static world::callback tick;
  tick = [](world& self, void* context) {  // each node sends once a millisecond
    node& sender = *static_cast<node*>(context);
    const char bytes[message_size] = {};
    self.send(static_cast<std::uint32_t>(self.random.below(self.nodes.size())), bytes, 10 * millisecond);
    if (++sender.sent < each) self.at(self.now() + millisecond, tick, context);
  };
  for (std::size_t i = 0; i < nodes; ++i) {
    made.nodes[i].id = static_cast<std::uint32_t>(i);
    made.nodes[i].on_packet = [](world& self, node&, packet* arrived) {
      self.give_back(arrived);
      ++received;
    };
    made.at(i, tick, &made.nodes[i]);
  }
  made.run();
  const std::uint64_t taken = thread_cpu_ns() - begun;
  if (received != nodes * each) fail("messages lost");
  report_simulated(fmt::format("sim-mesh-{}", nodes), received, taken, "msgs/s", made);
}

[[noreturn]] void timers(const arguments& given) {
  const std::size_t count = given.number("n", 1'000'000);
  random_numbers random(1);
  std::vector<std::uint64_t> dues(count);
  for (std::uint64_t& due : dues) due = 1 + random.below(60'000 * millisecond);
  static std::size_t fired;
  const std::uint64_t begun = thread_cpu_ns();
  world made;
  for (std::uint64_t due : dues)
    made.at(
        due, [](world&, void*) { ++fired; }, nullptr);
  made.run();
  const std::uint64_t taken = thread_cpu_ns() - begun;
  if (fired != count) fail("timers lost");
  report_simulated(fmt::format("sim-timers-n{}", count), count, taken, "timers/s", made);
}

/// A world of two nodes that exchange one message each way.
[[noreturn]] void worlds(const arguments& given) {
  const std::size_t count = given.number("n", 200'000);
  const std::uint64_t begun = thread_cpu_ns();
  for (std::size_t i = 0; i < count; ++i) {
    world made;
    made.random = random_numbers(i);
    start_pair(made, [](world& self, node& receiver, packet* received) {
      self.give_back(received);
      if (++receiver.received < 2) self.send(1 - receiver.id, receiver.in, 10 * millisecond);
    });
    made.run();
  }
  report_rate("sim-worlds", count, thread_cpu_ns() - begun, "worlds/s");
}

}  // namespace

void serve_bare(const arguments& given) {
  if (given.workload() == "sim-hold") hold(given);
  if (given.workload() == "sim-pingpong") pingpong(given);
  if (given.workload() == "sim-mesh") mesh(given);
  if (given.workload() == "sim-timers") timers(given);
  if (given.workload() == "sim-worlds") worlds(given);
}

}  // namespace bench::limit
