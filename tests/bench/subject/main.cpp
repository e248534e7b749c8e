// bench_twinloop: this library under the workloads of tests/bench/README.md.
#include "subject/serve.hpp"

int main(int count, char** values) {
  using namespace bench::subject;
  bench::arguments given(count, values);
  if (given.text("api", "operation") == "stream") {
    serve_streams(given);
    bench::unsupported();
  }
  serve_operations(given);
  serve_timers(given);
  serve_queue(given);
  serve_threads(given);
  serve_pool(given);
  serve_files(given);
  serve_simulated_timers(given);
  serve_simulated_pairs(given);
  serve_schedules(given);
  serve_strategies(given);
  bench::unsupported();
}
