// Whole transfers: large, in both directions, over many connections.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(stream_transfer);

TEST_P(stream_transfer, of_a_mebibyte_both_ways_at_once_arrives_unchanged) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector at_near(pair.near), at_far(pair.far());
    const std::string there = pattern(1 << 20);
    const std::string back(there.rbegin(), there.rend());
    pair.near.write(bytes_of(there), [](errc error, std::size_t taken) {
      EXPECT_EQ(error, errc::ok);
      EXPECT_EQ(taken, std::size_t{1} << 20);
    });
    pair.far().write(bytes_of(back), [](errc error, std::size_t) { EXPECT_EQ(error, errc::ok); });
    pair.near.shutdown([](errc) {});
    pair.far().shutdown([](errc) {});
    loop.run();
    EXPECT_TRUE(at_far.text == there);
    EXPECT_TRUE(at_near.text == back);
  });
}

TEST_P(stream_transfer, echoed_in_pieces_keeps_its_order) {
  static constexpr int rounds = 200;
  run([](loop& loop) {
    stream_pair pair(loop);
    pair.far().on_read([&](result<std::span<std::byte>> data) {
      ASSERT_TRUE(data);
      if (data->empty()) return pair.far().shutdown([](errc) {});
      pair.far().write(text_of(*data));
    });
    pair.far().read_start();
    collector echoed(pair.near);
    std::string sent;
    for (int i = 0; i < rounds; ++i) {
      std::string piece = std::to_string(i) + ";";
      sent += piece;
      pair.near.write(std::move(piece));
    }
    pair.near.shutdown([](errc) {});
    loop.run();
    EXPECT_EQ(echoed.text, sent);
    EXPECT_TRUE(echoed.ended);
  });
}

TEST_P(stream_transfer, on_many_connections_does_not_mix_them) {
  static constexpr std::size_t count = 20;
  run([](loop& loop) {
    std::vector<std::unique_ptr<stream_pair>> pairs;
    std::vector<std::unique_ptr<collector>> collected;
    for (std::size_t i = 0; i < count; ++i) pairs.push_back(std::make_unique<stream_pair>(loop));
    for (std::size_t i = 0; i < count; ++i) {
      collected.push_back(std::make_unique<collector>(pairs[i]->far()));
      for (int piece = 0; piece < 50; ++piece) {
        pairs[i]->near.write(std::string(97, static_cast<char>('a' + i)));
      }
      pairs[i]->near.shutdown([](errc) {});
    }
    loop.run();
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(collected[i]->text, std::string(97 * 50, static_cast<char>('a' + i)));
      EXPECT_TRUE(collected[i]->ended);
    }
  });
}

}  // namespace twinloop::contract
