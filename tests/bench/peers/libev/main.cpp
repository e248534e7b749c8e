// The peer libev, on its epoll backend.
#include "peers/serve.hpp"

int main(int count, char** values) {
  bench::arguments given(count, values);
  bench::peer::serve_net(given);
  bench::peer::serve_threads(given);
  bench::peer::serve_queue(given);
  bench::peer::serve_timers(given);
  bench::unsupported();
}
