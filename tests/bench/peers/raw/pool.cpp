// pool on the raw loop: a FIFO under a mutex; completions come back through the handoff queue and one eventfd.
// Jobs submitted during a loop turn go in under one lock with one notify at its end; a worker takes a share of the
// queue per lock (at most `batch`) and hands its completions back as one chain. simple=1 with batch=1: a lock per job.
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/affinity.hpp"
#include "harness/report.hpp"
#include "peers/raw/waker.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

struct job : item {
  void (*work)(job&) = nullptr;
  job* next_queued = nullptr;
};

struct job_list {
  job* first = nullptr;
  job** end = &first;
  std::size_t count = 0;
  void push(job& added) {
    added.next_queued = nullptr;
    *end = &added;
    end = &added.next_queued;
    ++count;
  }
  void append(job_list& other) {
    *end = other.first;
    end = other.end;
    count += other.count;
    other = job_list{};
    other.end = &other.first;
  }
};

struct pool_options {
  std::size_t threads;
  std::size_t batch;
  bool simple;
};

class thread_pool {
 public:
  thread_pool(pool_options options) : options_(options), back_(returned{this}, turn_ended{this}) {
    for (std::size_t i = 0; i < options.threads; ++i) std::thread([this] { work(); }).detach();
  }

  void submit(job& submitted) {
    local_.push(submitted);
    if (options_.simple) flush();
  }
  void flush() {
    if (local_.first == nullptr) return;
    bool notify;
    {
      std::lock_guard<std::mutex> guard(mutex_);
      queue_.append(local_);
      notify = idle_ > 0;
    }
    if (notify) condition_.notify_one();
  }
  void run() { back_.run(); }

 private:
  struct returned {
    thread_pool* pool;
    void operator()(job& done) const {
      bump();
      pool->submit(done);
    }
  };
  struct turn_ended {
    thread_pool* pool;
    void operator()() const { pool->flush(); }
  };

  /// Takes a share of the queue, with the lock held: the first of a chain that ends with a null.
  job* take_share() {
    const std::size_t wanted = std::clamp<std::size_t>(queue_.count / options_.threads, 1, options_.batch);
    job* first = queue_.first;
    job* last = first;
    std::size_t taken = 1;
    for (; taken < wanted && last->next_queued != nullptr; ++taken) last = last->next_queued;
    queue_.first = last->next_queued;
    if (queue_.first == nullptr) queue_.end = &queue_.first;
    queue_.count -= taken;
    last->next_queued = nullptr;
    return first;
  }

  void run_share(job* first) {
    item* newest = nullptr;
    for (job* current = first; current != nullptr;) {
      job* next = current->next_queued;
      current->work(*current);
      if (options_.simple) {
        back_.post(*current);
      } else {
        current->next.store(newest, std::memory_order_relaxed);
        newest = current;
      }
      current = next;
    }
    if (!options_.simple) back_.post_chain(newest, first);
  }

  void work() {
    pin_to_both();
    std::unique_lock<std::mutex> guard(mutex_);
    for (;;) {
      while (queue_.first == nullptr) {
        ++idle_;
        condition_.wait(guard);
        --idle_;
      }
      job* share = take_share();
      const bool more = queue_.first != nullptr && idle_ > 0;
      guard.unlock();
      if (more) condition_.notify_one();
      run_share(share);
      guard.lock();
    }
  }

  pool_options options_;
  std::mutex mutex_;
  std::condition_variable condition_;
  job_list queue_;
  job_list local_;  // submitted in this turn of the loop
  std::size_t idle_ = 0;
  receiver<job, returned, turn_ended> back_;
};

}  // namespace

void serve_pool(const arguments& given) {
  if (given.workload() != "pool") return;
  const std::size_t inflight = given.number("inflight", 1);
  const pool_options options{given.number("threads", 4), given.number("batch", 64), given.number("simple", 0) != 0};
  std::thread([=] {
    pin_to_both();
    thread_pool pool(options);
    std::vector<job> jobs(inflight);
    for (job& started : jobs) {
      started.work = [](job&) {};
      pool.submit(started);
    }
    pool.flush();
    pool.run();
  }).detach();
  measure(given, fmt::format("pool-i{}-w{}", inflight, options.threads), "jobs/s");
}

}  // namespace bench::peer
