// post and turns on Asio. An idle acceptor stands by, as any program with I/O has one: without it Asio never polls.
#include "peers/asio/settings.hpp"
// Asio reads its macros from above.
#include <asio.hpp>

#include "harness/queue_workloads.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

std::size_t posts_left;

struct again {
  asio::io_context* context;
  void operator()() const {
    if (posts_left == 0) return;
    --posts_left;
    if (deferred) {
      asio::defer(*context, *this);
    } else {
      asio::post(*context, *this);
    }
  }
};

std::uint64_t run_posts(std::size_t count, std::size_t batch) {
  using asio::ip::tcp;
  asio::io_context context{1};
  posts_left = count;
  tcp::acceptor idle(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  idle.async_accept([](std::error_code, tcp::socket) {});
  const std::uint64_t begun = thread_cpu_ns();
  for (std::size_t i = 0; i < batch; ++i) asio::post(context, again{&context});
  while (posts_left != 0) context.run_one();
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_queue(const arguments& given) {
  if (given.workload() == "post") post(given, run_posts);
  // A posted handler, then a poll: the chain of posts is a chain of turns.
  if (given.workload() == "turns") turns(given, [](std::size_t count) { return run_posts(count, 1); });
}

}  // namespace bench::peer
