// What a source that wants options is told: causes, chains, enabling steps, lineages.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "scenarios/calibration/chains.hpp"
#include "twinloop/net.hpp"
#include "twinloop/work.hpp"

namespace twinloop::sim {
namespace {
using namespace std::chrono_literals;

/// Takes things one at a time, in natural order or always the last first, and remembers the steps.
struct listener : choice_source {
  explicit listener(bool last) : last_first(last) {}
  std::uint32_t answer(const question& asked) override {
    if (asked.kind == choice_kind::pick) {
      EXPECT_EQ(asked.options.size(), asked.n);
    }
    if (asked.kind == choice_kind::batch) return 1;
    return asked.kind == choice_kind::pick && last_first ? asked.n - 1 : 0;
  }
  bool wants_options() const override { return true; }
  void happened(const step& made) override {
    steps.push_back(made);
    steps.back().what.keys = {};
    key_counts.push_back(made.what.keys.size());
  }
  std::vector<step> named(const world& of, std::string_view part) const {
    std::vector<step> found;
    for (const step& each : steps) {
      if (of.describe(each.what.label).find(part) != std::string::npos) found.push_back(each);
    }
    return found;
  }
  bool last_first;
  std::vector<step> steps;
  std::vector<std::size_t> key_counts;
};

/// Reads the keys of options, or says that it does not.
struct key_reader final : choice_source {
  explicit key_reader(bool wants) : wants_(wants) {}
  std::uint32_t answer(const question& asked) override {
    for (const choice_option& each : asked.options) keys_of_options += each.keys.size();
    if (asked.kind == choice_kind::pick) taken.push_back(asked.options[0].identity);
    return asked.kind == choice_kind::batch ? 1 : 0;
  }
  bool wants_options() const override { return true; }
  bool wants_keys() const override { return wants_; }
  void happened(const step& made) override { keys_of_steps += made.what.keys.size(); }
  std::size_t keys_of_options = 0;
  std::size_t keys_of_steps = 0;
  std::vector<std::uint64_t> taken;

 private:
  bool wants_;
};

TEST(options, who_wants_no_keys_is_told_those_of_steps_alone) {
  key_reader with(true);
  key_reader without(false);
  for (key_reader* source : {&with, &without}) {
    world world({.source = source});
    (void)calibration::run_c4(world);
    ASSERT_TRUE(world.report().clean()) << world.report().text();
  }
  EXPECT_GT(with.keys_of_options, 0u);
  EXPECT_EQ(without.keys_of_options, 0u);
  EXPECT_EQ(with.keys_of_steps, without.keys_of_steps);
  EXPECT_EQ(with.taken, without.taken);
}

TEST(options, steps_are_numbered_from_one_without_gaps) {
  listener source(false);
  world world({.source = &source});
  (void)calibration::run_c4(world);
  ASSERT_TRUE(world.report().clean()) << world.report().text();
  ASSERT_FALSE(source.steps.empty());
  for (std::size_t i = 0; i < source.steps.size(); ++i) EXPECT_EQ(source.steps[i].number, i + 1);
}

TEST(options, callbacks_that_register_each_other_form_one_chain) {
  listener source(false);
  world world({.source = &source});
  (void)calibration::run_c4(world);
  std::set<std::uint64_t> chains;
  std::set<std::uint64_t> last_ten_milliseconds;
  std::uint64_t previous[3] = {0, 0, 0};
  const std::size_t first = source.steps.size() - 9;
  for (std::size_t i = first; i < source.steps.size(); ++i) {
    const choice_option& what = source.steps[i].what;
    chains.insert(what.chain);
    const std::size_t letter = (i - first) % 3;
    if (i - first >= 3) {
      EXPECT_EQ(what.cause, previous[letter]) << i;       // the callback before it in its chain submitted the read
      EXPECT_EQ(what.enabled_by, previous[letter]) << i;  // whose bytes were there already
      EXPECT_EQ(what.chain, source.steps[i - 3].what.chain);
    }
    previous[letter] = source.steps[i].number;
  }
  EXPECT_EQ(chains.size(), 3u);
}

TEST(options, lineages_do_not_depend_on_the_order_of_chains) {
  std::set<std::uint64_t> lineages[2];
  for (const bool last_first : {false, true}) {
    listener source(last_first);
    world world({.source = &source});
    (void)calibration::run_c4(world);
    for (const step& each : source.steps) lineages[last_first].insert(each.what.lineage);
    EXPECT_EQ(lineages[last_first].size(), source.steps.size());  // and they are distinct
  }
  EXPECT_EQ(lineages[0], lineages[1]);
}

TEST(options, what_arrives_is_enabled_by_its_sender) {
  listener source(false);
  world world({.source = &source});
  host& server = world.add_host("server");
  server.start("server", [](loop& loop, arguments) {
    tcp_listener door(loop, "door");
    std::unique_ptr<tcp_stream> peer;
    std::byte bytes[8];
    auto listening = door.listen(address::any(7), [&](result<accepted> came) {
      peer = std::make_unique<tcp_stream>(loop, std::move(*came));
      peer->read_into(bytes, [&](errc, std::size_t) {
        peer->close();
        door.close();
      });
    });
    loop.run();
    return listening ? 0 : 1;
  });
  world.add_host("client").start("client", [&](loop& loop, arguments) {
    tcp_stream stream(loop, "up");
    stream.connect(server.address(7), [&](errc) {
      static const std::byte one[1] = {};
      stream.write(one, [&](errc, std::size_t) { stream.close(); });
    });
    loop.run();
    return 0;
  });
  world.run();
  ASSERT_TRUE(world.report().clean()) << world.report().text();
  const auto received = source.named(world, "recv");
  ASSERT_FALSE(received.empty());
  const step& sender = source.steps[received.front().what.enabled_by - 1];
  EXPECT_NE(sender.what.process, received.front().what.process);
  EXPECT_NE(world.describe(sender.what.label).find("client"), std::string::npos);
}

TEST(options, a_timer_belongs_to_the_chain_of_the_callback_that_armed_it) {
  listener source(false);
  world world({.source = &source});
  world.add_host("host").start("program", [](loop& loop, arguments) {
    timer second(
        loop, [] {}, "second");
    timer first(
        loop, [&] { second.start(1ms); }, "first");
    first.start(1ms);
    loop.run();
    return 0;
  });
  world.run();
  ASSERT_EQ(source.steps.size(), 4u);  // the start, two times, and the poll that ends the last turn
  EXPECT_EQ(source.steps[1].what.cause, 1u);
  EXPECT_EQ(source.steps[2].what.cause, 2u);
  EXPECT_EQ(source.steps[1].what.chain, source.steps[2].what.chain);
  EXPECT_EQ(source.steps[2].time - source.steps[1].time, 1'000'000);
}

TEST(options, jobs_of_one_callback_open_chains_of_their_own) {
  listener source(false);
  world world({.source = &source});
  world.add_host("host").start("program", [](loop& loop, arguments) {
    work_handle a(loop, "a");
    work_handle b(loop, "b");
    a.start([](job&) {}, [](errc) {});
    b.start([](job& self) { self.yield(); }, [](errc) {});
    loop.run();
    return 0;
  });
  world.run();
  ASSERT_TRUE(world.report().clean()) << world.report().text();
  // start; a's job and b's start; b goes on; both complete
  ASSERT_EQ(source.steps.size(), 6u);
  std::map<std::uint64_t, std::size_t> lengths;
  for (std::size_t i = 1; i < source.steps.size(); ++i) ++lengths[source.steps[i].what.chain];
  std::multiset<std::size_t> sorted;
  for (const auto& [chain, length] : lengths) sorted.insert(length);
  EXPECT_EQ(sorted, (std::multiset<std::size_t>{2, 3}));
  const auto done = source.named(world, "/b");
  ASSERT_FALSE(done.empty());
  EXPECT_EQ(done.back().what.enabled_by, done.back().what.cause);  // the job's last step ended it
}

}  // namespace
}  // namespace twinloop::sim
