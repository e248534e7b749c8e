// The known differences from Linux, one test a line of docs/fidelity.md that no other test shows.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "twinloop/file.hpp"
#include "twinloop/net.hpp"
#include "twinloop/sim.hpp"
#include "twinloop/work.hpp"

namespace twinloop::sim {
namespace {
using namespace std::chrono_literals;

/// Runs `program` alone on a host of a world of its own; gives back the virtual time it took.
template <class Program>
duration run_alone(Program program) {
  world world;
  world.add_host("host").start("program", [&](loop& loop, arguments) {
    program(loop);
    return 0;
  });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  return world.report().elapsed;
}

/// Takes one connection and hands it to `use`; listens on port 7.
template <class Use>
program server_that(Use use) {
  return [use](loop& loop, arguments) {
    std::optional<tcp_stream> peer;
    tcp_listener listener(loop);
    auto listening = listener.listen(address::any(7), [&](result<accepted> taken) {
      peer.emplace(loop, std::move(*taken));
      use(loop, *peer);
      listener.close();
    });
    loop.run();
    return listening ? 0 : 1;
  };
}

/// Connects to `target`, and hands the connected stream to `use`.
template <class Use>
program client_that(address target, Use use) {
  return [target, use](loop& loop, arguments) {
    tcp_stream stream(loop);
    stream.connect(target, [&](errc failed) {
      EXPECT_EQ(failed, errc::ok) << message(failed);
      use(loop, stream);
    });
    loop.run();
    return 0;
  };
}

TEST(differences, options_that_have_no_effect_are_remembered) {
  world world;
  host& server = world.add_host("server");
  server.start("server", server_that([](loop&, tcp_stream& peer) { peer.close(); }));
  world.add_host("client").start("client", client_that(server.address(7), [](loop&, tcp_stream& stream) {
                                   EXPECT_TRUE(stream.set_option(socket_option::keep_alive, 33));
                                   EXPECT_EQ(*stream.get_option(socket_option::keep_alive), 33);
                                   EXPECT_TRUE(stream.no_delay(true));
                                   EXPECT_EQ(*stream.get_option(socket_option::no_delay), 1);
                                   stream.close();
                                 }));
  EXPECT_TRUE(world.run().clean()) << world.report().text();
}

TEST(differences, a_blocked_sender_learns_of_what_was_read_after_the_latency_of_the_link) {
  world world;
  world.set_latency(50ms);
  host& server = world.add_host("server");
  std::int64_t read_at = 0;
  server.start("server", [&](loop& loop, arguments) {
    std::optional<tcp_stream> peer;
    tcp_listener listener(loop);
    timer patience(loop, [&] { peer->read_start(); });
    (void)listener.listen(address::any(7), [&](result<accepted> taken) {
      peer.emplace(loop, std::move(*taken));
      peer->on_read([&](result<std::span<std::byte>> data) {
        if (!data || data->empty()) return peer->close();
        if (read_at == 0) read_at = loop.now().time_since_epoch().count();
      });
      patience.start(1s);
      listener.close();
    });
    loop.run();
    return 0;
  });
  std::int64_t written = 0;
  const std::string more_than_a_window(400 * 1024, 'x');
  world.add_host("client").start("client", client_that(server.address(7), [&](loop& loop, tcp_stream& stream) {
                                   stream.write(more_than_a_window, [&](errc failed, std::size_t) {
                                     EXPECT_EQ(failed, errc::ok);
                                     written = loop.now().time_since_epoch().count();
                                     stream.close();
                                   });
                                 }));
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_GE(read_at, 1'000'000'000);
  EXPECT_GE(written, read_at + 50'000'000);
}

TEST(differences, closing_while_data_is_under_way_resets_at_once) {
  world world;
  world.set_latency(10ms);
  host& server = world.add_host("server");
  server.start("server", server_that([](loop&, tcp_stream& peer) { peer.close(); }));
  errc heard = errc::ok;
  std::int64_t connected = 0, told = 0;
  auto talk = [&](loop& loop, tcp_stream& stream) {
    connected = loop.now().time_since_epoch().count();
    stream.on_read([&](result<std::span<std::byte>> data) {
      heard = data ? errc::ok : data.error();
      told = loop.now().time_since_epoch().count();
      stream.close();
    });
    stream.read_start();
    stream.write("under way when the server closes");
  };
  world.add_host("client").start("client", client_that(server.address(7), talk));
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  // The server accepts 10 ms after the client is connected and closes; its reset needs another 10 ms. Linux sends a FIN
  // first, and the reset only when the data reaches the closed end.
  EXPECT_EQ(heard, errc::connection_reset) << message(heard);
  EXPECT_EQ(told - connected, 20'000'000);
}

TEST(differences, other_ipv6_addresses_than_loopback_do_not_exist) {
  run_alone([](loop& loop) {
    tcp_stream stream(loop);
    errc outcome = errc::ok;
    stream.connect(*address::parse("[2001:db8::1]:7"), [&](errc failed) {
      outcome = failed;
      stream.close();
    });
    loop.run();
    EXPECT_EQ(outcome, errc::network_unreachable) << message(outcome);
  });
}

TEST(differences, a_port_is_free_as_soon_as_its_socket_is_closed) {
  world world;
  host& server = world.add_host("server");
  bool again = false;
  server.start("server", [&](loop& loop, arguments) {
    std::optional<tcp_stream> peer;
    tcp_listener first(loop), second(loop);
    (void)first.listen(address::any(7), [&](result<accepted> taken) {
      peer.emplace(loop, std::move(*taken));
      peer->close();  // this end closes first: on Linux its port would stay in TIME_WAIT
      first.close([&] {
        again = second.listen(address::any(7), [](result<accepted>) {}).has_value();
        second.close();
      });
    });
    loop.run();
    return 0;
  });
  world.add_host("client").start("client",
                                 client_that(server.address(7), [](loop&, tcp_stream& stream) { stream.close(); }));
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_TRUE(again);
}

TEST(differences, a_receive_on_a_connecting_socket_is_refused) {
  run_alone([](loop& loop) {
    query_request made;
    made.kind = query_kind::socket;
    made.family = address_family::ipv4;
    ASSERT_TRUE(loop.below().query(made));
    const auto handle = static_cast<handle_id>(made.value);
    static errc received;
    received = errc::ok;
    std::byte buffer[8];
    connect_op connect;
    recv_op receive;
    close_op close;
    connect.handle = receive.handle = close.handle = handle;
    connect.target = address::loopback(9);
    receive.buffer = buffer;
    connect.on_complete = close.on_complete = [](op&, const completion&) {};
    receive.on_complete = [](op&, const completion& done) { received = done.error; };
    loop.submit(connect);
    loop.submit(receive);
    loop.run();
    loop.submit(close);
    loop.run();
    EXPECT_EQ(received, errc::not_connected) << message(received);
  });
}

TEST(differences, permissions_are_remembered_but_not_checked) {
  run_alone([](loop& loop) {
    blocking_files files(loop.below());
    auto secret = files.open("/secret", open_write | open_create, 0);
    ASSERT_TRUE(secret);
    (void)files.close(*secret);
    EXPECT_EQ(files.status("/secret")->mode, 0u);
    auto opened = files.open("/secret", open_read_write);
    EXPECT_TRUE(opened);
    if (opened) (void)files.close(*opened);
  });
}

TEST(differences, the_root_is_the_working_directory) {
  run_alone([](loop& loop) {
    blocking_files files(loop.below());
    auto made = files.open("relative", open_write | open_create);
    ASSERT_TRUE(made);
    (void)files.close(*made);
    EXPECT_TRUE(files.status("/relative"));
  });
}

TEST(differences, a_process_killed_during_a_call_has_not_made_it) {
  world world;
  host& host = world.add_host("host");
  process& victim = host.start("victim", [](loop& loop, arguments) {
    blocking_files files(loop.below());
    (void)files.make_directory("/made");  // takes 20 us; the process dies half-way
    return 0;
  });
  world.at(10us, [&] { victim.kill(); });
  world.run_for(1ms);
  std::optional<bool> exists;
  host.start("witness", [&](loop& loop, arguments) {
    exists = blocking_files(loop.below()).status("/made").has_value();
    return 0;
  });
  world.run();
  EXPECT_EQ(exists, std::optional(false));
}

TEST(differences, unlinking_an_open_file_gives_its_bytes_back_at_once) {
  world world;
  host& host = world.add_host("host");
  host.limit_disk(8);
  host.start("program", [](loop& loop, arguments) {
    blocking_files files(loop.below());
    auto first = files.open("/first", open_write | open_create);
    auto second = files.open("/second", open_write | open_create);
    EXPECT_TRUE(first && second);
    const auto eight = std::as_bytes(std::span("8 bytes", 8));
    EXPECT_EQ(*files.write_at(*first, eight, 0), 8);
    EXPECT_EQ(files.write_at(*second, eight, 0).error(), errc::no_space);
    EXPECT_TRUE(files.unlink("/first"));
    EXPECT_EQ(*files.write_at(*second, eight, 0), 8);  // Linux: no_space until `first` is closed
    (void)files.close(*first);
    (void)files.close(*second);
    return 0;
  });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
}

TEST(differences, the_machine_is_the_same_everywhere) {
  run_alone([](loop& loop) {
    EXPECT_EQ(loop.environment("PATH").error(), errc::not_found);
    query_request asked;
    asked.kind = query_kind::cpu_count;
    ASSERT_TRUE(loop.below().query(asked));
    EXPECT_EQ(asked.value, 4);
    asked.kind = query_kind::process_id;
    ASSERT_TRUE(loop.below().query(asked));
    EXPECT_LT(asked.value, 1000);
  });
}

TEST(differences, a_job_runs_alone_until_it_calls_something_of_its_job) {
  run_alone([](loop& loop) {
    std::atomic<int> inside = 0, most = 0;  // atomic: nothing but the pool's one-at-a-time orders them
    std::optional<work_handle> works[4];
    for (auto& each : works) {
      each.emplace(loop);
      each->start(
          [&](job& job) {
            for (int i = 0; i < 100; ++i) most = std::max(+most, ++inside), --inside;  // no race: nothing is called
            ++inside;
            job.yield();  // here the others run
            most = std::max(+most, inside + 10);
            --inside;
          },
          [](errc) {});
    }
    loop.run();
    EXPECT_GT(most, 11);  // never two in the first part, more than one in the second
  });
}

TEST(differences, callbacks_take_no_time) {
  int turns = 0;
  const duration elapsed = run_alone([&](loop& loop) {
    hook idle(loop, hook_phase::idle, [&] {
      if (++turns == 1000) idle.stop();
    });
    idle.start();
    loop.run();
  });
  EXPECT_EQ(turns, 1000);
  EXPECT_EQ(elapsed, duration::zero());
}

}  // namespace
}  // namespace twinloop::sim
