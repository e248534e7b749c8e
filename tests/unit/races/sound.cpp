// Programs without a race that use everything a job may use.
#include "tests/unit/races/sound.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "twinloop/work.hpp"

namespace races {
namespace {

namespace sim = twinloop::sim;
using twinloop::job;
using twinloop::loop;

/// Uses the stack deep down, so that what one job leaves there another finds.
std::size_t dig(std::size_t depth) {
  std::array<char, 1024> frame;
  frame.fill(static_cast<char>(depth));
  volatile char* kept = frame.data();
  return depth == 0 ? 1 : dig(depth - 1) + static_cast<std::size_t>(kept[1] == static_cast<char>(depth));
}

struct shared_things {
  twinloop::mutex lock;
  std::uint64_t counter = 0;  // of the jobs, with the lock
  std::atomic<std::uint64_t> finished{0};
  std::shared_ptr<const std::string> text = std::make_shared<const std::string>("the same for all");
  std::uint64_t posted = 0;     // of the loop
  std::uint64_t completed = 0;  // of the loop
  std::uint64_t threw = 0;      // of the loop
};

/// One job at a time, again and again; what it does goes by its number.
class repeated_job {
 public:
  repeated_job(loop& owner, sim::world& world, shared_things& things, std::uint64_t& left)
      : loop_(owner), world_(world), things_(things), left_(left), work_(owner, "repeated") {}

  void start() {
    if (left_ == 0) return;
    number_ = left_--;
    given_ = std::make_unique<std::uint64_t>(number_);
    work_.start([this, text = things_.text](job& self) { perform(self, *text); }, [this](twinloop::errc) { finish(); });
    if (number_ % 16 == 5) work_.cancel();
  }

 private:
  void perform(job& self, const std::string& text) {
    result_.assign(text.begin(), text.end());
    taken_ = *given_;
    const std::shared_ptr<const std::string> again = things_.text;
    if (number_ % 4 == 0) result_.resize(dig(number_ % 24));
    if (number_ % 8 == 1) self.yield();
    if (number_ % 32 == 3) use_a_file(self);
    if (number_ % 64 == 7) post_a_letter();
    if (number_ % 16 == 9 && self.cancelled()) return;
    {
      const twinloop::lock_guard guard(things_.lock, self);
      ++things_.counter;
      if (number_ % 8 == 2) self.yield();
    }
    things_.finished.fetch_add(1);
    world_.check(taken_ == number_, "races.given", "a job was given something else");
  }

  /// What a job made is read by the callback it posts, while the job goes on.
  void post_a_letter() {
    auto letter = std::make_unique<std::uint64_t>(number_);
    loop_.post([this, letter = std::move(letter)] { things_.posted += *letter; });
  }

  void use_a_file(job& self) {
    auto file = self.open("/scratch", twinloop::open_read_write | twinloop::open_create);
    if (!file) return;
    (void)self.write_all(*file, std::as_bytes(std::span(result_)), 0);
    auto back = self.read_all(*file, 4096);
    if (back) result_.resize(std::min(result_.size(), back->size()));
    (void)self.status("/scratch");
    auto names = self.list("/");
    if (names && !names->empty()) result_.push_back(names->front().name[0]);
    (void)self.close(*file);
  }

  void finish() {
    ++things_.completed;
    given_.reset();
    result_.clear();
    start();
  }

  loop& loop_;
  sim::world& world_;
  shared_things& things_;
  std::uint64_t& left_;
  twinloop::work_handle work_;
  std::uint64_t number_ = 0;
  std::unique_ptr<std::uint64_t> given_;
  std::uint64_t taken_ = 0;
  std::vector<char> result_;
};

}  // namespace

void recycled(sim::world& world, const twinloop::testing::configuration& settings) {
  const std::uint64_t jobs = std::stoull(settings.at("jobs"));
  world.add_host("server").start("main", [&world, jobs](loop& owner, const twinloop::arguments&) {
    shared_things things;
    std::uint64_t left = jobs;
    std::vector<std::unique_ptr<repeated_job>> lanes;
    for (int lane = 0; lane < 8; ++lane) {
      lanes.push_back(std::make_unique<repeated_job>(owner, world, things, left));
      lanes.back()->start();
    }
    owner.run();
    world.check(things.completed == jobs, "races.completed", "not every job completed");
    return 0;
  });
  world.run();
}

void all_at_once(sim::world& world, const twinloop::testing::configuration& settings) {
  const std::size_t count = std::stoull(settings.at("jobs"));
  world.add_host("server").start("main", [&world, count](loop& owner, const twinloop::arguments&) {
    std::vector<std::size_t> results(count);
    std::vector<std::unique_ptr<twinloop::work_handle>> jobs;
    for (std::size_t i = 0; i < count; ++i) {
      jobs.push_back(std::make_unique<twinloop::work_handle>(owner, "job"));
      jobs.back()->start(
          [&results, i](job& self) {
            if (i % 3 == 0) self.yield();
            results[i] = dig(i % 24);
          },
          nullptr);
    }
    owner.run();
    for (std::size_t i = 0; i < count; ++i) world.check(results[i] == i % 24 + 1, "races.dug", "a job did not dig");
    return 0;
  });
  world.run();
}

void killed(sim::world& world, const twinloop::testing::configuration&) {
  sim::host& server = world.add_host("server");
  // What outlives a life of the process is reached by its jobs of each life in turn.
  auto counter = std::make_shared<int>(0);
  sim::process& victim = server.start("main", [counter](loop& owner, const twinloop::arguments&) {
    twinloop::mutex lock;
    std::vector<std::unique_ptr<twinloop::work_handle>> jobs;
    for (int i = 0; i < 6; ++i) {
      jobs.push_back(std::make_unique<twinloop::work_handle>(owner, "job"));
      jobs.back()->start(
          [&lock, counter = counter.get()](job& self) {
            for (;;) {
              const twinloop::lock_guard guard(lock, self);
              ++*counter;
              self.yield();
              (void)self.status("/nothing");
            }
          },
          nullptr);
    }
    owner.run();
    return 0;
  });
  for (int life = 1; life <= 3; ++life) {
    world.at(std::chrono::milliseconds(life), [&victim, life] {
      victim.kill();
      if (life < 3) victim.restart();
    });
  }
  world.run_for(std::chrono::milliseconds(10));
}

}  // namespace races
