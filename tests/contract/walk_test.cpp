// Inspection: every handle and operation can be visited, with its name and the place that made it.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"
#include "twinloop/file.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(walk);

using names = std::vector<std::string>;

namespace {

names visited(loop& loop) {
  names found;
  loop.walk([&](handle& seen) { found.emplace_back(seen.name().text()); });
  return found;
}

}  // namespace

TEST_P(walk, visits_all_handles_in_creation_order) {
  run([](loop& loop) {
    timer a(
        loop, [] {}, "a");
    hook b(
        loop, hook_phase::check, [] {}, "b");
    tcp_stream c(loop, "c");
    resolver d(loop, "d");
    work_handle e(loop, "e");
    file f(loop, "f");
    file_system g(loop, "g");
    EXPECT_EQ(visited(loop), (names{"a", "b", "c", "d", "e", "f", "g"}));
    std::string types;
    loop.walk([&](handle& seen) { types += std::string(seen.type()) + " "; });
    EXPECT_EQ(types, "timer hook tcp_stream resolver work file file_system ");
  });
}

TEST_P(walk, knows_where_each_handle_was_made) {
  run([](loop& loop) {
    timer outside(loop, [] {});
    const std::uint32_t line = __LINE__ - 1;
    EXPECT_EQ(outside.made().line, line);
    EXPECT_NE(std::string(outside.made().file).find("walk_test.cpp"), std::string::npos);
    EXPECT_EQ(outside.made().callback, 0u) << "made before any callback ran";
    std::optional<hook> inside;
    loop.immediate([&] { inside.emplace(loop, hook_phase::check, [] {}); });
    loop.run();
    EXPECT_NE(inside->made().callback, 0u) << "made inside a callback";
  });
}

TEST_P(walk, tells_callbacks_apart_by_their_number) {
  run([](loop& loop) {
    std::optional<timer> first, second, third;
    loop.immediate([&] {
      first.emplace(loop, [] {});
      second.emplace(loop, [] {});
    });
    loop.immediate([&] { third.emplace(loop, [] {}); });
    loop.run();
    EXPECT_EQ(first->made().callback, second->made().callback);
    EXPECT_LT(second->made().callback, third->made().callback);
  });
}

TEST_P(walk, lets_the_visitor_destroy_what_it_visits) {
  run([](loop& loop) {
    std::vector<std::unique_ptr<timer>> all;
    for (int i = 0; i < 6; ++i) all.push_back(std::make_unique<timer>(loop, [] {}));
    int visits = 0;
    loop.walk([&](handle& seen) {
      ++visits;
      if (visits % 2 == 0) std::erase_if(all, [&](const auto& owned) { return owned.get() == &seen; });
    });
    EXPECT_EQ(visits, 6);
    EXPECT_EQ(all.size(), 3u);
    EXPECT_EQ(visited(loop).size(), 3u);
  });
}

TEST_P(walk, visits_operations_in_submit_order_with_their_places) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    std::byte memory[2][8];
    recv_op reads[2];
    std::uint32_t lines[2];
    reads[0].handle = sockets.far->id;
    reads[1].handle = sockets.near->id;
    for (int i = 0; i < 2; ++i) reads[i].buffer = memory[i], reads[i].on_complete = [](op&, const completion&) {};
    reads[0].name = "first", reads[1].name = "second";
    loop.submit(reads[0]);
    lines[0] = __LINE__ - 1;
    loop.submit(reads[1]);
    lines[1] = __LINE__ - 1;
    std::vector<const op*> found;
    loop.walk_operations([&](const op& seen) { found.push_back(&seen); });
    ASSERT_EQ(found, (std::vector<const op*>{&reads[0], &reads[1]}));
    for (int i = 0; i < 2; ++i) EXPECT_EQ(reads[i].made.line, lines[i]);
    loop.cancel(reads[0]), loop.cancel(reads[1]);
    loop.run();
  });
}

TEST_P(walk, interned_labels_keep_their_text) {
  run([](loop& loop) {
    std::string text = "made up at run time";
    label kept = loop.intern(text);
    text.assign(text.size(), 'x');
    EXPECT_STREQ(kept.text(), "made up at run time");
    EXPECT_EQ(kept.hash(), label("made up at run time").hash());
  });
}

TEST_P(walk, goes_again_after_a_visitor_that_threw) {
  run([](loop& loop) {
    timer a(
        loop, [] {}, "a");
    timer b(
        loop, [] {}, "b");
    EXPECT_THROW(loop.walk([](handle&) { throw 1; }), int);
    EXPECT_EQ(visited(loop), (names{"a", "b"}));
  });
}

}  // namespace twinloop::contract
