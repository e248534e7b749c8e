// The calls that never wait: sockets, names, options, and what a program may ask of its machine.
#include <set>

#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(queries);

namespace {

errc bind(loop& loop, handle_id socket, const address& local) {
  query_request call{.kind = query_kind::bind, .handle = socket, .endpoint = local};
  return loop.below().query(call).error();
}
errc listen(loop& loop, handle_id socket) {
  query_request call{.kind = query_kind::listen, .handle = socket, .value = 8};
  return loop.below().query(call).error();
}
result<address> local_address(loop& loop, handle_id socket) {
  query_request call{.kind = query_kind::local_address, .handle = socket};
  if (auto answered = loop.below().query(call); !answered) return unexpected(answered.error());
  return call.endpoint;
}

}  // namespace

TEST_P(queries, bind_to_port_0_chooses_a_port) {
  run([](loop& loop) {
    bare_socket first(loop), second(loop);
    ASSERT_EQ(bind(loop, first.id, address::loopback(0)), errc::ok);
    ASSERT_EQ(bind(loop, second.id, address::loopback(0)), errc::ok);
    address one = *local_address(loop, first.id), other = *local_address(loop, second.id);
    EXPECT_NE(one.port, 0);
    EXPECT_NE(one.port, other.port);
    EXPECT_TRUE(one.is_loopback());
  });
}

TEST_P(queries, bind_to_a_foreign_address_is_address_unavailable) {
  run([](loop& loop) {
    bare_socket socket(loop);
    EXPECT_EQ(bind(loop, socket.id, address::ipv4(192, 0, 2, 1, 0)), errc::address_unavailable);
  });
}

TEST_P(queries, bind_to_a_listeners_port_is_address_in_use) {
  run([](loop& loop) {
    bare_listener listener(loop);
    bare_socket socket(loop);
    errc outcome = bind(loop, socket.id, listener.where_bound);
    if (outcome == errc::ok) outcome = listen(loop, socket.id);
    EXPECT_EQ(outcome, errc::address_in_use);
  });
}

TEST_P(queries, a_socket_can_be_bound_once) {
  run([](loop& loop) {
    bare_socket socket(loop);
    ASSERT_EQ(bind(loop, socket.id, address::loopback(0)), errc::ok);
    EXPECT_EQ(bind(loop, socket.id, address::loopback(0)), errc::invalid_argument);
  });
}

TEST_P(queries, names_of_a_connection_agree_at_both_ends) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    auto peer = [&](handle_id socket) {
      query_request call{.kind = query_kind::peer_address, .handle = socket};
      EXPECT_TRUE(loop.below().query(call));
      return call.endpoint;
    };
    EXPECT_EQ(*local_address(loop, sockets.near->id), peer(sockets.far->id));
    EXPECT_EQ(*local_address(loop, sockets.far->id), peer(sockets.near->id));
  });
}

TEST_P(queries, the_peer_of_an_unconnected_socket_is_not_connected) {
  run([](loop& loop) {
    bare_socket socket(loop);
    query_request call{.kind = query_kind::peer_address, .handle = socket.id};
    EXPECT_EQ(loop.below().query(call).error(), errc::not_connected);
  });
}

TEST_P(queries, options_keep_what_they_were_set_to) {
  run([](loop& loop) {
    bare_socket socket(loop);
    struct {
      socket_option option;
      std::int64_t value;
    } const exact[] = {
        {socket_option::no_delay, 1},    {socket_option::no_delay, 0},   {socket_option::reuse_address, 1},
        {socket_option::linger, 5},      {socket_option::linger, -1},    {socket_option::linger, 0},
        {socket_option::keep_alive, 30}, {socket_option::keep_alive, 0}, {socket_option::reuse_port, 1}};
    for (auto [option, value] : exact) {
      query_request set{.kind = query_kind::set_option, .handle = socket.id, .option = option, .value = value};
      EXPECT_TRUE(loop.below().query(set)) << static_cast<int>(option);
      query_request get{.kind = query_kind::get_option, .handle = socket.id, .option = option};
      EXPECT_TRUE(loop.below().query(get)) << static_cast<int>(option);
      EXPECT_EQ(get.value, value) << static_cast<int>(option);
    }
    for (socket_option option : {socket_option::receive_buffer, socket_option::send_buffer}) {
      query_request set{.kind = query_kind::set_option, .handle = socket.id, .option = option, .value = 32768};
      EXPECT_TRUE(loop.below().query(set));
      query_request get{.kind = query_kind::get_option, .handle = socket.id, .option = option};
      EXPECT_TRUE(loop.below().query(get));
      EXPECT_GE(get.value, 32768) << "the kernel may round, but not down";
    }
  });
}

TEST_P(queries, on_a_stale_handle_are_bad_handle) {
  run([](loop& loop) {
    handle_id stale;
    {
      bare_socket socket(loop);
      stale = socket.id;
    }
    for (query_kind kind : {query_kind::bind, query_kind::listen, query_kind::local_address, query_kind::peer_address,
                            query_kind::set_option, query_kind::get_option, query_kind::close_now}) {
      query_request call{.kind = kind, .handle = stale, .value = 1, .endpoint = address::loopback(0)};
      EXPECT_EQ(loop.below().query(call).error(), errc::bad_handle) << static_cast<int>(kind);
    }
  });
}

TEST_P(queries, random_bytes_differ) {
  run([](loop& loop) {
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 100; ++i) seen.insert(loop.random());
    EXPECT_EQ(seen.size(), 100u);
    std::byte bytes[33]{};
    query_request call{.kind = query_kind::random_bytes, .bytes = bytes};
    EXPECT_TRUE(loop.below().query(call));
    EXPECT_NE(std::count(std::begin(bytes), std::end(bytes), std::byte{0}), 33);
  });
}

TEST_P(queries, of_the_machine_have_answers) {
  run([](loop& loop) {
    EXPECT_FALSE(loop.host_name().empty());
    for (query_kind kind : {query_kind::cpu_count, query_kind::process_id}) {
      query_request call{.kind = kind};
      EXPECT_TRUE(loop.below().query(call));
      EXPECT_GE(call.value, 1);
    }
    EXPECT_EQ(loop.environment("TWINLOOP_NO_SUCH_VARIABLE").error(), errc::not_found);
  });
}

}  // namespace twinloop::contract
