// Single reads into a given buffer, and reads of either kind without a connection.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(stream_read_into);

TEST_P(stream_read_into, into_a_buffer_takes_at_least_one_byte_and_no_more_than_fits) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::byte memory[4];
    std::string text;
    bool ended = false;
    std::function<void()> next = [&] {
      pair.far().read_into(memory, [&](errc error, std::size_t count) {
        EXPECT_EQ(error, errc::ok);
        EXPECT_LE(count, sizeof memory);
        text += text_of(std::span(memory).first(count));
        if (count == 0) {
          ended = true;
        } else {
          next();
        }
      });
    };
    next();
    pair.near.write(std::string("piece by piece"));
    pair.near.shutdown([](errc) {});
    loop.run();
    EXPECT_EQ(text, "piece by piece");
    EXPECT_TRUE(ended);
  });
}

TEST_P(stream_read_into, into_a_buffer_is_one_read_only) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::byte memory[64];
    int reads = 0;
    pair.far().read_into(memory, [&](errc, std::size_t) { ++reads; });
    pair.near.write(std::string("one"));
    loop.run();
    pair.near.write(std::string("two"));
    loop.run();
    EXPECT_EQ(reads, 1);
  });
}

TEST_P(stream_read_into, into_a_buffer_right_after_a_stop_misses_nothing) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::string text;
    bool stopped = false;
    pair.far().on_read([&](result<std::span<std::byte>> data) {
      EXPECT_FALSE(stopped);
      ASSERT_TRUE(data);
      text += text_of(*data);
    });
    pair.far().read_start();
    const std::string sent = pattern(5000);
    pair.near.write(bytes_of(sent), [&](errc, std::size_t) { pair.near.shutdown([](errc) {}); });
    loop.run_once();
    stopped = true;
    pair.far().read_stop();  // data may be on its way: the single reads get it first
    std::byte memory[700];
    bool ended = false;
    std::function<void()> next = [&] {
      pair.far().read_into(memory, [&](errc error, std::size_t count) {
        EXPECT_EQ(error, errc::ok);
        text += text_of(std::span(memory).first(count));
        ended = count == 0;
        if (!ended) next();
      });
    };
    // What was read continuously may have been the end already.
    if (text.size() < sent.size()) {
      next();
      loop.run();
      EXPECT_TRUE(ended);
    } else {
      loop.run();
    }
    EXPECT_TRUE(text == sent);
  });
}

TEST_P(stream_read_into, into_a_buffer_interrupted_by_a_close_is_cancelled) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::byte memory[8];
    std::vector<std::string> order;
    pair.far().on_read([](result<std::span<std::byte>>) { FAIL(); });
    pair.far().read_start();
    loop.run_nowait();
    pair.far().read_stop();
    pair.far().read_into(memory, [&](errc error, std::size_t count) {
      order.emplace_back(name(error));
      EXPECT_EQ(count, 0u);
    });
    pair.far().close([&] { order.emplace_back("closed"); });
    loop.run();
    EXPECT_EQ(order, (std::vector<std::string>{"cancelled", "closed"}));
  });
}

TEST_P(stream_read_into, before_the_connection_is_there_waits_for_it) {
  run([](loop& loop) {
    for (bool continuous : {false, true}) {
      tcp_listener listener(loop);
      std::optional<tcp_stream> far;
      ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
        far.emplace(loop, std::move(*peer));
        far->write(std::string("!"));
        far->shutdown([](errc) {});
        listener.close();
      }));
      tcp_stream near(loop);
      near.connect(*listener.local(), [](errc error) { EXPECT_EQ(error, errc::ok); });
      if (continuous) {
        collector collected(near);
        loop.run();
        EXPECT_EQ(collected.text, "!");
      } else {
        std::byte memory[8];
        std::size_t received = 0;
        near.read_into(memory, [&](errc error, std::size_t count) {
          EXPECT_EQ(error, errc::ok) << message(error);
          received = count;
        });
        loop.run();
        EXPECT_EQ(received, 1u);
      }
    }
  });
}

TEST_P(stream_read_into, closed_before_the_connection_is_there_is_cancelled) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    ASSERT_TRUE(listener.listen(address::loopback(0), [](result<accepted>) {}));
    listener.unref();
    tcp_stream near(loop);
    std::byte memory[8];
    std::vector<std::string> order;
    near.connect(*listener.local(), [](errc) {});
    near.read_into(memory, [&](errc error, std::size_t) { order.emplace_back(name(error)); });
    near.close([&] { order.emplace_back("closed"); });
    loop.run();
    EXPECT_EQ(order, (std::vector<std::string>{"cancelled", "closed"}));
  });
}

TEST_P(stream_read_into, without_a_connection_is_not_connected) {
  run([](loop& loop) {
    tcp_stream stream(loop);
    errc outcome = errc::ok;
    std::byte memory[4];
    stream.read_into(memory, [&](errc error, std::size_t) { outcome = error; });
    loop.run();
    EXPECT_EQ(outcome, errc::not_connected) << message(outcome);
  });
}

}  // namespace twinloop::contract
