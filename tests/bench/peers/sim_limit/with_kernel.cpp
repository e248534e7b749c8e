// sim-pingpong and sim-worlds under the minimal fake kernel.
#include "peers/sim_limit/fake_kernel.hpp"
#include "peers/sim_limit/serve.hpp"

namespace bench::limit {
namespace {

std::size_t messages_left;

void answer(fake_kernel& kernel, fake_socket& ready) {
  char bytes[message_size] = {};
  const bool message = kernel.read(ready.node, ready.descriptor, bytes, message_size) == message_size;
  if (message) {
    if (--messages_left == 0) return;
    kernel.write(ready.node, ready.descriptor, bytes, message_size);
  } else if (ready.node == 0) {  // connected: the client speaks first
    kernel.write(ready.node, ready.descriptor, bytes, message_size);
  }
}

/// Two nodes, one connection, `messages` messages in turn.
void run_world(fake_kernel& kernel, std::size_t messages) {
  messages_left = messages;
  fake_socket& client = kernel.open_socket(0);
  fake_socket& server = kernel.open_socket(1);
  client.on_readable = server.on_readable = answer;
  client.peer = &server;
  server.peer = &client;
  kernel.connect(client);
  kernel.run();
  if (messages_left != 0) fail("messages lost");
}

[[noreturn]] void pingpong(const arguments& given) {
  const std::size_t count = given.number("n", 100'000);
  const std::uint64_t begun = thread_cpu_ns();
  fake_kernel kernel(1);
  run_world(kernel, count);
  report_simulated("sim-pingpong", count, thread_cpu_ns() - begun, "msgs/s", kernel);
}

[[noreturn]] void worlds(const arguments& given) {
  const std::size_t count = given.number("n", 100'000);
  const std::uint64_t begun = thread_cpu_ns();
  for (std::size_t i = 0; i < count; ++i) {
    fake_kernel kernel(i);
    run_world(kernel, 2);
  }
  report_rate("sim-worlds", count, thread_cpu_ns() - begun, "worlds/s");
}

}  // namespace

void serve_with_kernel(const arguments& given) {
  if (given.workload() == "sim-pingpong") pingpong(given);
  if (given.workload() == "sim-worlds") worlds(given);
}

}  // namespace bench::limit
