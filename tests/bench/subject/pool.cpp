// pool on intrusive work operations, or on work_handle with impl=function.
#include <fmt/format.h>

#include <thread>
#include <vector>

#include "harness/affinity.hpp"
#include "harness/report.hpp"
#include "subject/real_loop.hpp"
#include "subject/serve.hpp"
#include "twinloop/work.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

void run_operations(real_loop& on, std::size_t inflight) {
  std::vector<owned<work_op, class loop>> jobs(inflight);
  for (auto& started : jobs) {
    started.owner = &*on;
    started.run = [](work_op&, job&) {};
    started.on_complete = [](op& self, const completion& done) {
      require(done.error, "work");
      bump();
      static_cast<owned<work_op, class loop>&>(self).owner->submit(self);
    };
    on->submit(started);
  }
  on->run();
}

void run_again(work_handle* job_handle) {
  job_handle->start([](job&) {},
                    [job_handle](errc outcome) {
                      require(outcome, "work");
                      bump();
                      run_again(job_handle);
                    });
}

void run_handles(real_loop& on, std::size_t inflight) {
  for (std::size_t i = 0; i < inflight; ++i) run_again(new work_handle(*on));
  on->run();
}

}  // namespace

void serve_pool(const arguments& given) {
  if (given.workload() != "pool") return;
  const std::size_t threads = given.number("threads", 4), inflight = given.number("inflight", 1);
  const bool functions = given.text("impl", "operation") == "function";
  std::thread([=] {
    pin_to_both();  // the pool's threads inherit it
    real_loop on({.threads = static_cast<unsigned>(threads)});
    if (functions) {
      run_handles(on, inflight);
    } else {
      run_operations(on, inflight);
    }
  }).detach();
  measure(given, fmt::format("pool-i{}-w{}", inflight, threads), "jobs/s");
}

}  // namespace bench::subject
