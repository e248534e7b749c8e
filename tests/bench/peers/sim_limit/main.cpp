// The peers des4 and des4-kernel (model=kernel): what a discrete-event simulator can do by hand.
#include "harness/affinity.hpp"
#include "peers/sim_limit/serve.hpp"

int main(int count, char** values) {
  bench::arguments given(count, values);
  bench::pin(0);
  if (given.text("model", "bare") == "kernel") {
    bench::limit::serve_with_kernel(given);
  } else {
    bench::limit::serve_bare(given);
  }
  bench::unsupported();
}
