// B31. Workers hand results to an event loop through a queue and then write to its wake-up descriptor. The loop may
// have seen the result before, because another worker woke it: if it was the last one, the loop closes the descriptor
// while the worker is about to write. The number then belongs to the file that is opened next, here the report, and the
// byte goes there. The fix waits for the wake-ups under way before it closes.
// Origin: netty #9476.
#include <atomic>
#include <mutex>
#include <vector>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"
#include "twinloop/work.hpp"

namespace bugs {
namespace {

using twinloop::handle_id;
using twinloop::job;
constexpr const char* oracle = "B31.no_write_to_a_closed_descriptor";
constexpr const char* report_text = "all results are there\n";

struct story {
  sim::world& world;
  const dials& dial;
};

/// Descriptor numbers as the operating system gives them out: the lowest that is free. Any thread.
class descriptor_numbers {
 public:
  std::size_t add(handle_id opened) {
    const std::scoped_lock locked(mutex_);
    std::size_t number = 0;
    while (number < open_.size() && open_[number] != handle_id::none) ++number;
    if (number == open_.size()) open_.emplace_back();
    open_[number] = opened;
    return number;
  }
  handle_id at(std::size_t number) {
    const std::scoped_lock locked(mutex_);
    return open_[number];
  }
  handle_id remove(std::size_t number) {
    const std::scoped_lock locked(mutex_);
    return std::exchange(open_[number], handle_id::none);
  }

 private:
  std::mutex mutex_;
  std::vector<handle_id> open_;
};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

class event_loop {
 public:
  event_loop(twinloop::loop& loop, story& shared)
      : loop_(loop), shared_(shared), noise_(loop, shared.dial), background_(loop) {
    background_.on_pool(
        "open", [this](job& job) { wake_up_ = numbers_.add(open(job, "/run/wake-up")); }, [this] { start_workers(); });
  }

 private:
  static handle_id open(job& job, const char* path) {
    return job.open(path, twinloop::open_write | twinloop::open_create).value();
  }

  void start_workers() {
    left_ = shared_.dial.clients;
    for (std::uint32_t i = 0; i < shared_.dial.clients; ++i) {
      background_.after(
          i * 150us, [this, i] { background_.on_pool("worker", [this, i](job& job) { work(job, i); }, {}); }, "task");
    }
  }

  /// A worker: does its work, hands the result over, keeps its statistics and wakes the loop.
  void work(job& job, std::uint32_t index) {
    (void)job.list("/run");
    ++waking_;
    hand_over(index);
    (void)job.status("/run/statistics");
    const handle_id wake_up = numbers_.at(wake_up_);
    const bool written = wake_up != handle_id::none && job.write_at(wake_up, bytes_of("!"), 0);
    shared_.world.check(written, oracle, "a worker wrote to a wake-up descriptor that was closed");
    --waking_;
    loop_.post([this] { woken(); });  // the descriptor is readable
  }

  void hand_over(std::uint32_t result) {
    const std::scoped_lock locked(mutex_);
    results_.push_back(result);
  }

  std::size_t take_results() {
    const std::scoped_lock locked(mutex_);
    return std::exchange(results_, {}).size();
  }

  void woken() {
    if (closed_) return;
    left_ -= take_results();
    if (left_ > 0) return;
    if (!shared_.dial.buggy && waking_ > 0) return;  // that wake-up comes here again
    closed_ = true;
    background_.on_pool("close", [this](job& job) { close_and_report(job); }, {});
  }

  void close_and_report(job& job) {
    (void)job.close(numbers_.remove(wake_up_));
    const std::size_t report = numbers_.add(open(job, "/run/report"));
    (void)job.write_all(numbers_.at(report), bytes_of(report_text), 0);
    (void)job.sync(numbers_.at(report));
    (void)job.close(numbers_.remove(report));
  }

  twinloop::loop& loop_;
  story& shared_;
  std::size_t wake_up_ = 0;
  std::size_t left_ = 0;                  // results that are still to come
  std::atomic<std::uint32_t> waking_{0};  // workers between their result and the end of their wake-up
  std::mutex mutex_;
  std::vector<std::uint32_t> results_;  // handed over, not yet seen by the loop
  bool closed_ = false;
  descriptor_numbers numbers_;
  noise noise_;
  background background_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& server = world.add_host("server");
  server.write_file("/run/statistics", "");
  start_program<event_loop>(server, "event loop", shared);
  world.run();
  world.check(server.read_file("/run/report") == report_text, oracle, "a wake-up went into the report");
}

}  // namespace

extern const row b31;
const row b31{.id = "B31",
              .fixed_id = "B31.fixed",
              .name = "a worker wakes an event loop that closes its descriptor",
              .origin = "netty #9476",
              .oracle = oracle,
              .depth = 2,
              .body = body_of<run>};

}  // namespace bugs
