// Reading from a stream continuously: all bytes, stopping, whose buffers. Single reads: stream_read_into_test.cpp.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(stream_read);

TEST_P(stream_read, delivers_all_bytes_then_the_end_once) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector collected(pair.far());
    const std::string sent = pattern(300000);
    pair.near.write(bytes_of(sent), {});
    pair.near.shutdown([](errc) {});
    EXPECT_FALSE(loop.run()) << "a stream that ended keeps the loop alive";
    EXPECT_TRUE(collected.text == sent);
    EXPECT_TRUE(collected.ended);
  });
}

TEST_P(stream_read, stopped_by_its_own_callback_gives_nothing_until_started_again) {
  run([](loop& loop) {
    stream_pair pair(loop);
    bool stopped = false;
    std::string text;
    timer going_on(loop, [&] {
      stopped = false;
      pair.far().read_start();
    });
    bool ended = false;
    pair.far().on_read([&](result<std::span<std::byte>> data) {
      EXPECT_FALSE(stopped) << "data after read_stop";
      ASSERT_TRUE(data);
      ended = data->empty();
      text += text_of(*data);
      if (ended) return;
      stopped = true;
      pair.far().read_stop();
      going_on.start(100us);
    });
    pair.far().read_start();
    const std::string sent = pattern(400000);
    pair.near.write(bytes_of(sent), {});
    pair.near.shutdown([](errc) {});
    loop.run();
    EXPECT_TRUE(text == sent);
    EXPECT_TRUE(ended);
  });
}

TEST_P(stream_read, stopped_from_outside_loses_nothing) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector collected(pair.far());
    const std::string sent = pattern(200000);
    pair.near.write(bytes_of(sent), {});
    pair.near.shutdown([](errc) {});
    bool reading = true;
    timer toggle(loop, [&] {
      int before = collected.callbacks;
      reading = !reading;
      if (reading) {
        pair.far().read_start();
      } else {
        pair.far().read_stop();
      }
      EXPECT_EQ(collected.callbacks, before);
      if (collected.ended) toggle.stop();
    });
    toggle.start(0ns, 50us);
    loop.run();
    EXPECT_TRUE(collected.text == sent);
    EXPECT_TRUE(collected.ended);
  });
}

TEST_P(stream_read, stopped_gives_no_callback_even_if_data_is_on_its_way) {
  run([](loop& loop) {
    stream_pair pair(loop);
    bool stopped = false;
    pair.far().on_read([&](result<std::span<std::byte>>) { EXPECT_FALSE(stopped); });
    pair.far().read_start();
    pair.near.write(std::string("data"), [&](errc, std::size_t) {
      stopped = true;
      pair.far().read_stop();
    });
    loop.run();
  });
}

TEST_P(stream_read, uses_the_pool_of_its_latest_start) {
  run([](loop& loop) {
    stream_pair pair(loop);
    auto first = std::make_unique<buffer_pool>(1, 8);
    buffer_pool second(1, 8);
    std::string text;
    pair.far().on_read([&](result<std::span<std::byte>> data) { text += text_of(*data); });
    pair.far().read_start(first.get());
    loop.run_nowait();
    pair.far().read_stop();
    pair.far().read_start(&second);
    loop.run_nowait();
    pair.near.write(std::string("words"));
    pair.near.shutdown([](errc) {});
    loop.run();
    first.reset();
    EXPECT_EQ(text, "words");
    EXPECT_EQ(second.available(), 1u);
  });
}

TEST_P(stream_read, uses_the_pool_it_is_given_and_returns_its_buffers) {
  run([](loop& loop) {
    stream_pair pair(loop);
    buffer_pool pool(2, 16);
    std::string text;
    pair.far().on_read([&](result<std::span<std::byte>> data) {
      ASSERT_TRUE(data);
      EXPECT_LE(data->size(), 16u);
      text += text_of(*data);
    });
    pair.far().read_start(&pool);
    pair.near.write(std::string("more than sixteen bytes of text"));
    pair.near.shutdown([](errc) {});
    loop.run();
    EXPECT_EQ(text, "more than sixteen bytes of text");
    EXPECT_EQ(pool.available(), 2u);
  });
}

TEST_P(stream_read, waits_for_a_pool_that_is_empty_and_loses_nothing) {
  run([](loop& loop) {
    stream_pair pair(loop);
    buffer_pool pool(1, 64);
    std::uint32_t held = pool.take();
    std::string text;
    std::vector<errc> errors;
    pair.far().on_read([&](result<std::span<std::byte>> data) {
      if (!data) return errors.push_back(data.error());
      text += text_of(*data);
    });
    pair.far().read_start(&pool);
    pair.near.write(std::string("kept in the kernel"));
    pair.near.shutdown([](errc) {});
    timer giving_back(loop, [&] {
      pool.give_back(held);
      pair.far().read_start(&pool);
    });
    giving_back.start(2ms);
    loop.run();
    EXPECT_EQ(text, "kept in the kernel");
    for (errc each : errors) EXPECT_EQ(each, errc::no_buffers) << message(each);
    EXPECT_EQ(pool.available(), 1u);
  });
}

TEST_P(stream_read, of_a_stream_destroyed_by_another_gives_buffers_back) {
  static constexpr std::size_t count = 6;
  run([](loop& loop) {
    buffer_pool pool(count, 64);
    std::vector<std::unique_ptr<stream_pair>> pairs;
    int delivered = 0;
    for (std::size_t i = 0; i < count; ++i) pairs.push_back(std::make_unique<stream_pair>(loop));
    for (auto& pair : pairs) pair->near.write(std::string("x"));
    loop.run();
    for (auto& pair : pairs) {
      stream_pair* self = pair.get();
      self->far().on_read([&, self](result<std::span<std::byte>>) {
        if (++delivered > 1) return;
        for (auto& other : pairs) {
          if (other.get() != self) other.reset();
        }
        self->far().read_stop();
      });
      self->far().read_start(&pool);
    }
    loop.run();
    EXPECT_EQ(delivered, 1);
    pairs.clear();
    EXPECT_EQ(pool.available(), count) << "a buffer went with its stream";
  });
}

TEST_P(stream_read, may_destroy_its_stream_from_its_callback) {
  run([](loop& loop) {
    auto pair = std::make_unique<stream_pair>(loop);
    pair->far().on_read([&](result<std::span<std::byte>>) { pair.reset(); });
    pair->far().read_start();
    pair->near.write(std::string("x"));
    loop.run();
    EXPECT_EQ(pair, nullptr);
  });
}

TEST_P(stream_read, may_close_its_stream_from_its_callback) {
  run([](loop& loop) {
    stream_pair pair(loop);
    int reads = 0;
    bool closed = false;
    pair.far().on_read([&](result<std::span<std::byte>>) {
      EXPECT_FALSE(closed);
      if (++reads == 1) pair.far().close([&] { closed = true; });
    });
    pair.far().read_start();
    const std::string much = pattern(500000);
    pair.near.write(bytes_of(much), {});
    pair.near.unref();
    loop.run();
    EXPECT_EQ(reads, 1);
    EXPECT_TRUE(closed);
  });
}

}  // namespace twinloop::contract
