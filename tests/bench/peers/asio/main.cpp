// The peer Asio (standalone): one io_context a thread, concurrency hint 1.
#include "peers/asio/settings.hpp"
#include "peers/serve.hpp"

int main(int count, char** values) {
  bench::arguments given(count, values);
  bench::peer::deferred = given.text("continuation", "post") == "defer";
  bench::peer::serve_net(given);
  bench::peer::serve_threads(given);
  bench::peer::serve_pool(given);
  bench::peer::serve_queue(given);
  bench::peer::serve_timers(given);
  bench::unsupported();
}
