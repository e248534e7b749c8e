// Searches find what is there, prove what is not, end where programs do not, and try declarations out.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "scenarios/calibration/chains.hpp"
#include "twinloop/net.hpp"
#include "twinloop/search.hpp"

namespace twinloop::sim {
namespace {
using calibration::link;

/// Two chains add one to a counter: the first reads in one callback and writes in the next; so does the second, after
/// a callback of its own. `fixed` reads again where it writes.
struct counting {
  bool fixed = false;
  int counter = 0;

  void operator()(world& world) {
    counter = 0;
    std::array<int, 2> seen{};
    calibration::chains chains;
    chains.lengths = {2, 3};
    chains.visit = [&](link at) {
      const unsigned turn = at.chain == 0 ? at.index + 1 : at.index;
      if (turn == 1) seen[at.chain] = counter;
      if (turn == 2) counter = (fixed ? counter : seen[at.chain]) + 1;
    };
    chains.declare = [](loop& on, op& of, link at) {
      const unsigned turn = at.chain == 0 ? at.index + 1 : at.index;
      if (turn == 0) touches_only(on, of, {});
      if (turn == 1) touches_only(on, of, {reads("counter")});
      if (turn == 2) touches_only(on, of, {writes("counter")});
    };
    calibration::add_chains(world, std::move(chains));
    world.run();
    world.check(counter == 2, "counter.lost_update", "an update was lost");
  }
};

TEST(search, a_lost_update_is_found_and_replays) {
  counting body;
  search_options options;
  options.stop_at_failure = false;
  for (const bool reduced : {false, true}) {
    const search_result found = reduced ? dpor(std::ref(body), options) : explore_all(std::ref(body), options);
    EXPECT_TRUE(found.exhausted) << found.text();
    ASSERT_EQ(found.failures.size(), 1u) << found.text();
    EXPECT_EQ(found.failures[0].broke.name, "counter.lost_update");
    replay_source again(found.failures[0].choices, replay_source::matching::strict);
    world world({.source = &again});
    body(world);
    EXPECT_EQ(again.first_divergence(), nullptr);
    EXPECT_EQ(world.report().failures.at(0).name, "counter.lost_update");
  }
}

TEST(search, the_fixed_twin_is_clean_in_every_schedule) {
  counting body{true};
  const search_result plain = explore_all(std::ref(body));
  const search_result reduced = dpor(std::ref(body));
  EXPECT_TRUE(plain.clean()) << plain.text();
  EXPECT_TRUE(reduced.clean()) << reduced.text();
  EXPECT_EQ(plain.runs, 10u);  // 5!/(2!3!)
  EXPECT_EQ(reduced.traces, plain.traces);
  EXPECT_LT(reduced.executions, plain.runs);
}

TEST(search, every_pattern_of_c3_is_found_by_exhausting_it) {
  for (const calibration::pattern& each : calibration::patterns()) {
    const search_result found = dpor([&](world& world) { calibration::run_pattern(world, each); });
    EXPECT_EQ(found.failed, 1u) << each.name << ": " << found.text();
    EXPECT_FALSE(found.clean());
  }
}

TEST(search, deviation_weight_grows_level_by_level) {
  // "late [1,12]" needs its first chain passed over in each of 12 picks: natural order takes it first.
  const calibration::pattern& late = calibration::patterns()[3];
  search_options options;
  options.max_deviations = 2;
  const search_result bounded = explore_all([&](world& world) { calibration::run_pattern(world, late); }, options);
  EXPECT_EQ(bounded.failed, 0u) << bounded.text();
  EXPECT_FALSE(bounded.exhausted);
  EXPECT_EQ(bounded.deviations, 2u);
}

TEST(search, max_runs_stops_a_search_that_is_not_exhausted) {
  search_options options;
  options.max_runs = 100;
  auto body = [](world& world) { (void)calibration::run_c4(world); };
  for (const search_result& found : {explore_all(body, options), dpor(body, options)}) {
    EXPECT_EQ(found.executions, 100u);
    EXPECT_FALSE(found.exhausted);
    EXPECT_FALSE(found.clean());
  }
}

TEST(search, reversal_bound_zero_is_the_natural_order_and_says_that_more_is_left) {
  search_options options;
  options.max_reversals = 0;
  const search_result found = dpor([](world& world) { (void)calibration::run_c1(world); }, options);
  EXPECT_EQ(found.runs, 1u);
  EXPECT_FALSE(found.exhausted);
}

/// Sequences of `links` and of a neighbour that end with the last link, in which nobody is passed over three times.
std::uint64_t fair_sequences(unsigned links, int last, int streak) {
  if (links == 0) return 1;
  std::uint64_t all = 0;
  for (const int next : {0, 1}) {
    const int now = next == last ? streak + 1 : 1;
    if (now <= 2) all += fair_sequences(links - (next == 0 ? 1 : 0), next, now);
  }
  return all;
}

TEST(search, a_neighbour_that_is_always_ready_starves_nobody) {
  search_options options;
  options.fairness = 1;  // of two options, neither is passed over more than twice
  const search_result found = explore_all([](world& world) { (void)calibration::run_c5_busy(world); }, options);
  EXPECT_TRUE(found.clean()) << found.text();
  EXPECT_EQ(found.runs, fair_sequences(5, -1, 0));
  EXPECT_GT(found.forced, 0u);
  const search_result reduced = dpor([](world& world) { (void)calibration::run_c5_busy(world); }, options);
  EXPECT_TRUE(reduced.clean()) << reduced.text();
}

/// Two clients send one byte each to a server, which notes who came first.
search_result search_two_clients(bool reduced, std::string& order) {
  auto body = [&](world& world) {
    order.clear();
    host& server = world.add_host("server");
    auto serve = [&order](loop& loop, const arguments&) {
      tcp_listener door(loop, "door");
      std::vector<std::unique_ptr<tcp_stream>> peers;
      std::array<std::byte, 8> bytes{};
      auto listening = door.listen(address::any(7), [&](result<accepted> came) {
        tcp_stream& peer = *peers.emplace_back(std::make_unique<tcp_stream>(loop, std::move(*came)));
        peer.read_into(bytes, [&](errc, std::size_t) {
          order += static_cast<char>(bytes[0]);
          peer.close();
          if (order.size() == 2) door.close();
        });
      });
      loop.run();
      return listening ? 0 : 1;
    };
    server.start("server", serve);
    for (const char* name : {"a", "b"}) {
      world.add_host(name).start(name, [&server, name](loop& loop, const arguments&) {
        tcp_stream stream(loop, "up");
        stream.connect(server.address(7),
                       [&](errc) { stream.write(std::string(name), [&](errc, std::size_t) { stream.close(); }); });
        loop.run();
        return 0;
      });
    }
    world.run();
  };
  search_options options;
  options.max_runs = 20'000;
  options.state = [&] { return hash_name(order.c_str()); };
  return reduced ? dpor(body, options) : explore_all(body, options);
}

TEST(search, messages_of_two_processes_arrive_in_either_order) {
  std::string order;
  const std::set<std::uint64_t> both = {hash_name("ab"), hash_name("ba")};
  const search_result reduced = search_two_clients(true, order);
  EXPECT_TRUE(reduced.clean()) << reduced.text();
  EXPECT_EQ(reduced.states, both) << reduced.text();
  EXPECT_EQ(reduced.runs, reduced.traces);
  const search_result plain = search_two_clients(false, order);  // too many to exhaust
  EXPECT_EQ(plain.states, both);
  EXPECT_LT(reduced.executions, plain.executions);
}

TEST(search, an_interval_that_never_stops_ends_with_its_chain) {
  for (const bool reduced : {false, true}) {
    auto body = [](world& world) { (void)calibration::run_c5(world); };
    const search_result found = reduced ? dpor(body) : explore_all(body);
    EXPECT_TRUE(found.clean()) << found.text();
  }
}

TEST(search, a_body_that_depends_on_more_than_its_world_is_told_so) {
  int calls = 0;
  const search_result found = explore_all([&](world& world) {
    (void)calibration::run_chains(world, ++calls == 2 ? std::vector<unsigned>{2} : std::vector<unsigned>{2, 2});
  });
  ASSERT_EQ(found.failures.size(), 1u);
  EXPECT_EQ(found.failures[0].broke.name, "search.differs");
}

/// Two chains that append to one text and declare `declared_key`.
commute_result check_appending(bool truthful) {
  std::string text;
  search_options options;
  options.state = [&] { return hash_name(text.c_str()); };
  auto body = [&](world& world) {
    text.clear();
    calibration::chains chains;
    chains.lengths = {2, 2};
    std::array<std::string, 2> own;
    chains.visit = [&](link at) {
      text += static_cast<char>('a' + at.chain);
      if (!truthful) return;
      own[at.chain] += text.back();
      text = own[0] + own[1];
    };
    chains.declared = true;
    calibration::add_chains(world, std::move(chains));
    world.run();
  };
  return check_commute(body, options, 1);
}

TEST(check_commute, a_wrong_declaration_is_named_with_both_labels) {
  const commute_result found = check_appending(false);
  ASSERT_FALSE(found.clean());
  EXPECT_NE(found.mismatches[0].find("<-host/program/a"), std::string::npos) << found.mismatches[0];
  EXPECT_NE(found.mismatches[0].find("<-host/program/b"), std::string::npos) << found.mismatches[0];
}

TEST(check_commute, a_true_declaration_passes) {
  const commute_result found = check_appending(true);
  EXPECT_GT(found.pairs, 0u);
  EXPECT_TRUE(found.clean()) << found.mismatches.front();
}

}  // namespace
}  // namespace twinloop::sim
