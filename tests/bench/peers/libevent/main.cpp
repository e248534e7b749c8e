// The peer libevent 2.
#include <event2/thread.h>
#include <signal.h>

#include "peers/libevent/base.hpp"
#include "peers/serve.hpp"

int main(int count, char** values) {
  bench::arguments given(count, values);
  bench::peer::buffered = given.text("api", "event") == "bufferevent";
  bench::peer::common_timeout = given.number("common", 0) != 0;
  signal(SIGPIPE, SIG_IGN);
  if (given.workload() == "wake" || given.workload() == "xpost") evthread_use_pthreads();
  bench::peer::serve_net(given);
  bench::peer::serve_threads(given);
  bench::peer::serve_queue(given);
  bench::peer::serve_timers(given);
  bench::unsupported();
}
