// post and turns on libuv. It has no post: idle handles that stop themselves when they run stand in.
#include "harness/queue_workloads.hpp"

#include <vector>

#include "peers/libuv/check.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

std::size_t posts_left;
std::size_t ran_in_batch;
std::vector<uv_idle_t> idle_handles;

void idle_ran(uv_idle_t* handle) {
  uv_idle_stop(handle);
  if (posts_left == 0) return;
  --posts_left;
  if (++ran_in_batch < idle_handles.size()) return;
  ran_in_batch = 0;
  for (uv_idle_t& each : idle_handles) uv_idle_start(&each, idle_ran);
}

std::uint64_t run_posts(std::size_t count, std::size_t batch) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  posts_left = count;
  idle_handles.resize(batch);
  for (uv_idle_t& each : idle_handles) {
    uv_idle_init(&loop, &each);
    uv_idle_start(&each, idle_ran);
  }
  const std::uint64_t begun = thread_cpu_ns();
  while (posts_left != 0) uv_run(&loop, UV_RUN_NOWAIT);
  return thread_cpu_ns() - begun;
}

std::uint64_t run_turns(std::size_t count) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  posts_left = count;
  uv_idle_t idle;
  uv_idle_init(&loop, &idle);
  uv_idle_start(&idle, [](uv_idle_t* handle) {
    if (--posts_left == 0) uv_idle_stop(handle);
  });
  const std::uint64_t begun = thread_cpu_ns();
  uv_run(&loop, UV_RUN_DEFAULT);
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_queue(const arguments& given) {
  if (given.workload() == "post") post(given, run_posts);
  if (given.workload() == "turns") turns(given, run_turns);
}

}  // namespace bench::peer
