// The peer libuv.
#include "peers/libuv/check.hpp"
#include "peers/serve.hpp"

int main(int count, char** values) {
  bench::arguments given(count, values);
  bench::peer::try_write = given.text("write", "request") == "try";
  if (given.workload() == "stream" && bench::peer::try_write) bench::unsupported();
  bench::peer::serve_net(given);
  bench::peer::serve_threads(given);
  bench::peer::serve_pool(given);
  bench::peer::serve_queue(given);
  bench::peer::serve_timers(given);
  bench::peer::serve_files(given);
  bench::unsupported();
}
