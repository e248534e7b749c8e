// The peer `raw`: what the operating system can do by hand. Its figures are the limit that loops are compared with.
#include "peers/raw/waker.hpp"
#include "peers/serve.hpp"

int main(int count, char** values) {
  bench::arguments given(count, values);
  bench::peer::edge_triggered = given.number("et", 1) != 0;
  bench::peer::serve_net(given);
  bench::peer::serve_threads(given);
  bench::peer::serve_pool(given);
  bench::peer::serve_queue(given);
  bench::peer::serve_timers(given);
  bench::peer::serve_files(given);
  bench::unsupported();
}
