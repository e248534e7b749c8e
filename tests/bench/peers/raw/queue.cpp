// post on an intrusive FIFO of function pointers, and turns as bare epoll_wait(0) calls.
#include "harness/queue_workloads.hpp"

#include <vector>

#include "peers/raw/loop.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

struct callback {
  callback* next;
  void (*run)(callback&);
};

struct fifo {
  callback* first = nullptr;
  callback** end = &first;
  void push(callback& pushed) {
    pushed.next = nullptr;
    *end = &pushed;
    end = &pushed.next;
  }
  callback* take_all() {
    callback* taken = first;
    first = nullptr;
    end = &first;
    return taken;
  }
};

fifo* current_queue;
std::size_t posts_left;

std::uint64_t run_posts(std::size_t count, std::size_t batch) {
  fifo queue;
  current_queue = &queue;
  posts_left = count;
  std::vector<callback> callbacks(batch);
  const std::uint64_t begun = thread_cpu_ns();
  for (callback& posted : callbacks) {
    posted.run = [](callback& self) {
      if (posts_left == 0) return;
      --posts_left;
      current_queue->push(self);
    };
    queue.push(posted);
  }
  while (callback* taken = queue.take_all()) {
    while (taken != nullptr) {
      callback* next = taken->next;
      taken->run(*taken);
      taken = next;
    }
  }
  return thread_cpu_ns() - begun;
}

std::uint64_t run_turns(std::size_t count) {
  loop made;
  epoll_event events[8];
  const std::uint64_t begun = thread_cpu_ns();
  for (std::size_t i = 0; i < count; ++i) epoll_wait(made.epoll(), events, 8, 0);
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_queue(const arguments& given) {
  if (given.workload() == "post") post(given, run_posts);
  if (given.workload() == "turns") turns(given, run_turns);
}

}  // namespace bench::peer
