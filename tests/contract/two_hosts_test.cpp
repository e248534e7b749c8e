// Two loops that talk: two threads with a kernel each, or two simulated hosts.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(two_hosts);

namespace {

// Serves one connection and returns when it is over.
void serve_one(loop& loop, const std::function<void(const address&)>& ready,
               const std::function<void(tcp_stream&)>& session) {
  tcp_listener listener(loop, "listener");
  std::optional<tcp_stream> far;
  ASSERT_TRUE(listener.listen(address::any(0), [&](result<accepted> peer) {
    ASSERT_TRUE(peer);
    far.emplace(loop, std::move(*peer), "session");
    listener.close();
    session(*far);
  }));
  ready(address::loopback(listener.local()->port));
  loop.run();
}

}  // namespace

TEST_P(two_hosts, a_question_and_its_answer_cross) {
  run_pair(
      [](loop& loop, std::function<void(const address&)> ready) {
        std::optional<collector> collected;
        serve_one(loop, ready, [&](tcp_stream& stream) {
          collected.emplace(stream);
          collected->after = [&] {
            if (!collected->ended) return;
            stream.write("you said " + collected->text);
            stream.shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
          };
        });
      },
      [](loop& loop, const address& server) {
        tcp_stream stream(loop);
        collector collected(stream);
        stream.read_stop();
        stream.connect(server, [&](errc error) {
          ASSERT_EQ(error, errc::ok) << message(error);
          stream.read_start();
          stream.write(std::string("hello"));
          stream.shutdown([](errc) {});
        });
        loop.run();
        EXPECT_EQ(collected.text, "you said hello");
        EXPECT_TRUE(collected.ended);
      });
}

TEST_P(two_hosts, a_large_transfer_survives_a_reader_that_pauses) {
  static constexpr std::size_t size = 4 << 20;
  run_pair(
      [](loop& loop, std::function<void(const address&)> ready) {
        const std::string sent = pattern(size);
        serve_one(loop, ready, [&](tcp_stream& stream) {
          stream.write(bytes_of(sent), [](errc error, std::size_t) { EXPECT_EQ(error, errc::ok); });
          stream.shutdown([](errc) {});
        });
      },
      [](loop& loop, const address& server) {
        tcp_stream stream(loop);
        stream.connect(server, [](errc error) { EXPECT_EQ(error, errc::ok); });
        loop.run();
        collector collected(stream);
        timer going_on(loop, [&] { stream.read_start(); });
        std::size_t next_pause = 1 << 20;
        collected.after = [&] {
          if (collected.ended || collected.text.size() < next_pause) return;
          next_pause += 1 << 20;
          stream.read_stop();
          going_on.start(300us);
        };
        loop.run();
        EXPECT_TRUE(collected.text == pattern(size));
      });
}

TEST_P(two_hosts, a_reset_is_seen_on_the_other_side) {
  run_pair(
      [](loop& loop, std::function<void(const address&)> ready) {
        std::optional<collector> collected;
        serve_one(loop, ready, [&](tcp_stream& stream) { collected.emplace(stream); });
        ASSERT_TRUE(collected.has_value());
        EXPECT_EQ(collected->error, errc::connection_reset) << message(collected->error);
      },
      [](loop& loop, const address& server) {
        tcp_stream stream(loop);
        stream.connect(server, [&](errc error) {
          EXPECT_EQ(error, errc::ok);
          stream.close_reset();
        });
        loop.run();
      });
}

}  // namespace twinloop::contract
