// The keys of options: they are kept from pick to pick, and are what looking them up anew would give.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/random.hpp"
#include "twinloop/net.hpp"
#include "twinloop/sim.hpp"
#include "twinloop/work.hpp"

namespace twinloop::sim {
namespace {
using namespace std::chrono_literals;

/// Answers picks by seed and compares: what was picked is what then happens. Keeps what each step touches.
struct seeded_reader final : choice_source {
  seeded_reader(bool wants, std::uint64_t seed) : wants_keys_of_options(wants), random(seed) {}
  std::uint32_t answer(const question& asked) override {
    if (asked.kind == choice_kind::batch) return 1;
    if (asked.kind != choice_kind::pick) return 0;
    const std::uint32_t value = random.below(asked.n);
    picked = text(asked.options[value]);
    return value;
  }
  bool wants_options() const override { return true; }
  bool wants_keys() const override { return wants_keys_of_options; }
  void happened(const step& made) override {
    if (wants_keys_of_options && !picked.empty()) {
      EXPECT_EQ(text(made.what), picked) << "step " << made.number;
    }
    picked.clear();
    steps.push_back(text(made.what));
  }
  static std::string text(const choice_option& of) {
    std::string all = fmt::format("{:x} {:x} {:x} chain {} of {} by {:x}, cause {} {}, {:x} {} {}:", of.label,
                                  of.identity, of.process, of.chain, of.parent_chain, of.chain_name, of.cause,
                                  of.enabled_by, of.lineage, of.occurrence, of.declared);
    for (const conflict_key& each : of.keys) all += fmt::format(" {:x}{}", each.key, each.write ? 'w' : 'r');
    return all;
  }
  bool wants_keys_of_options;
  random_stream random;
  std::string picked;
  std::vector<std::string> steps;
};

/// Streams that are closed under what they still write, posts, timers, jobs, declarations, and a hook that comes and
/// goes.
class busy_program {
 public:
  explicit busy_program(loop& on)
      : loop_(on),
        door_(on, "door"),
        hook_(on, hook_phase::prepare, [] {}),
        ticks_(
            on, [this] { tick(); }, "ticks"),
        job_(on, "job") {
    touches_only(ticks_, {writes("ticks")});
    touches_only(job_, {reads("table"), writes("log")});
    touches_only(on, declared_post_, {writes("log")});
    declared_post_.run = [](task&) {};
  }

  void run() {
    EXPECT_TRUE(door_.listen(address::loopback(7), [this](result<accepted> came) { serve(std::move(*came)); }));
    for (int i = 0; i < 3; ++i) connect();
    ticks_.start(10us, 10us);
    work();
    loop_.run();
  }

 private:
  void serve(accepted&& came) {
    tcp_stream& peer = *streams_.emplace_back(std::make_unique<tcp_stream>(loop_, std::move(came), "peer"));
    peer.read_into(bytes_, [&peer](errc, std::size_t) { peer.close(); });
    if (++served_ == 3) door_.close();
  }

  void connect() {
    tcp_stream& up = *streams_.emplace_back(std::make_unique<tcp_stream>(loop_, "up"));
    up.connect(address::loopback(7), [this, &up](errc) {
      up.write(std::string("x"));
      if (!declared_post_.queued) loop_.post(declared_post_);
      loop_.post([this, &up] { up.write(std::string("y")), loop_.post([&up] { up.close(); }); });
    });
  }

  void tick() {
    if (++ticked_ % 4 == 1) hook_.start();
    if (ticked_ % 4 == 3) hook_.stop();
    if (!declared_post_.queued) loop_.post(declared_post_);
    if (ticked_ == 40) ticks_.stop();
  }

  void work() {
    job_.start([](job& self) { self.yield(); },
               [this](errc) {
                 if (++worked_ < 8) work();
               });
  }

  loop& loop_;
  tcp_listener door_;
  std::vector<std::unique_ptr<tcp_stream>> streams_;
  std::vector<std::byte> bytes_ = std::vector<std::byte>(64);
  hook hook_;
  timer ticks_;
  work_handle job_;
  task declared_post_;
  int served_ = 0, ticked_ = 0, worked_ = 0;
};

TEST(options, have_the_keys_that_they_would_be_given_at_that_moment) {
  std::size_t declared = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    seeded_reader kept(true, seed);
    seeded_reader fresh(false, seed);
    for (seeded_reader* source : {&kept, &fresh}) {
      world world({.source = source});
      world.add_host("host").start("program", [](loop& on, arguments) {
        busy_program(on).run();
        return 0;
      });
      world.run();
      ASSERT_TRUE(world.report().clean()) << world.report().text();
    }
    ASSERT_EQ(kept.steps, fresh.steps) << "seed " << seed;
    for (const std::string& each : kept.steps) declared += each.find(" true:") != std::string::npos;
  }
  EXPECT_GT(declared, 0u);
}

}  // namespace
}  // namespace twinloop::sim
