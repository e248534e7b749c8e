// Calls that never wait.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <set>

#include "tests/unit/real/driver.hpp"

namespace twinloop::real {
namespace {

struct queries : testing::Test {
  driver run;
  result<std::int64_t> set_and_get(handle_id handle, socket_option option, std::int64_t value) {
    query_request call;
    call.handle = handle;
    call.option = option;
    call.value = value;
    call.kind = query_kind::set_option;
    if (const result<void> set = run.query(call); !set) return unexpected(set.error());
    call.value = -77;
    call.kind = query_kind::get_option;
    if (const result<void> got = run.query(call); !got) return unexpected(got.error());
    return call.value;
  }
};

TEST_F(queries, options_read_back_as_they_were_set) {
  const handle_id socket = run.make_socket(address_family::ipv4);
  for (const socket_option option :
       {socket_option::no_delay, socket_option::reuse_address, socket_option::reuse_port}) {
    for (const std::int64_t value : {1, 0}) EXPECT_EQ(set_and_get(socket, option, value).value(), value);
  }
  for (const std::int64_t value : {30, 0}) {
    EXPECT_EQ(set_and_get(socket, socket_option::keep_alive, value).value(), value);
  }
  for (const std::int64_t value : {0, 3, -1}) {
    EXPECT_EQ(set_and_get(socket, socket_option::linger, value).value(), value);
  }
  EXPECT_GE(set_and_get(socket, socket_option::send_buffer, 65536).value(), 65536);
  EXPECT_GE(set_and_get(socket, socket_option::receive_buffer, 65536).value(), 65536);
}

TEST_F(queries, options_outside_their_range_are_refused) {
  const handle_id socket = run.make_socket(address_family::ipv4);
  EXPECT_EQ(set_and_get(socket, socket_option::no_delay, 2).error(), errc::invalid_argument);
  EXPECT_EQ(set_and_get(socket, socket_option::linger, -2).error(), errc::invalid_argument);
  EXPECT_EQ(set_and_get(socket, socket_option::keep_alive, -1).error(), errc::invalid_argument);
  EXPECT_EQ(set_and_get(socket, socket_option::send_buffer, std::int64_t{1} << 40).error(), errc::invalid_argument);
}

TEST_F(queries, second_listener_on_a_port_is_told_that_it_is_in_use) {
  address bound;
  run.make_listener(address_family::ipv4, bound);
  query_request call;
  call.kind = query_kind::bind;
  call.handle = run.make_socket(address_family::ipv4);
  call.endpoint = bound;
  EXPECT_EQ(run.query(call).error(), errc::address_in_use);
}

TEST_F(queries, address_of_somebody_else_cannot_be_bound) {
  query_request call;
  call.kind = query_kind::bind;
  call.handle = run.make_socket(address_family::ipv4);
  call.endpoint = address::ipv4(192, 0, 2, 1, 0);  // reserved for documentation
  EXPECT_EQ(run.query(call).error(), errc::address_unavailable);
}

TEST_F(queries, both_ends_of_a_connection_agree_on_its_names) {
  for (const address_family family : {address_family::ipv4, address_family::ipv6}) {
    if (family == address_family::ipv6 && (run.below().caps() & can_ipv6) == 0) continue;
    const driver::ends ends = run.connect(family);
    std::array<address, 4> names;
    std::size_t next = 0;
    for (const handle_id handle : {ends.near, ends.far}) {
      for (const query_kind kind : {query_kind::local_address, query_kind::peer_address}) {
        query_request call;
        call.kind = kind;
        call.handle = handle;
        ASSERT_TRUE(run.query(call));
        names[next++] = call.endpoint;
      }
    }
    EXPECT_EQ(names[0], names[3]);
    EXPECT_EQ(names[1], names[2]);
    EXPECT_EQ(names[0].family, family);
    EXPECT_TRUE(names[0].is_loopback());
  }
}

TEST_F(queries, peer_of_an_unconnected_socket_is_not_connected) {
  query_request call;
  call.kind = query_kind::peer_address;
  call.handle = run.make_socket(address_family::ipv4);
  EXPECT_EQ(run.query(call).error(), errc::not_connected);
}

TEST_F(queries, closing_now_ends_the_handle_and_tells_the_peer) {
  const driver::ends ends = run.connect(address_family::ipv4);
  query_request call;
  call.kind = query_kind::close_now;
  call.handle = ends.near;
  EXPECT_TRUE(run.query(call));
  EXPECT_EQ(run.query(call).error(), errc::bad_handle);
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.buffer = bytes_of(buffer);
  EXPECT_EQ(run.perform(receiving).flags, flag_eof);
}

TEST_F(queries, random_bytes_fill_all_of_the_span_and_differ) {
  std::set<std::array<std::byte, 64>> seen;
  for (int i = 0; i < 8; ++i) {
    std::array<std::byte, 64> bytes{};
    query_request call;
    call.kind = query_kind::random_bytes;
    call.bytes = bytes;
    ASSERT_TRUE(run.query(call));
    seen.insert(bytes);
  }
  EXPECT_EQ(seen.size(), 8u);
}

TEST_F(queries, environment_gives_values_and_names_what_is_missing) {
  setenv("TWINLOOP_UNIT_REAL", "a value", 1);
  query_request call;
  call.kind = query_kind::environment;
  call.text = "TWINLOOP_UNIT_REAL";
  ASSERT_TRUE(run.query(call));
  EXPECT_EQ(call.text_out, "a value");
  unsetenv("TWINLOOP_UNIT_REAL");
  EXPECT_EQ(run.query(call).error(), errc::not_found);
  call.text = "A=B";
  EXPECT_EQ(run.query(call).error(), errc::invalid_argument);
}

TEST_F(queries, machine_has_a_name_processors_and_a_process) {
  query_request call;
  call.kind = query_kind::host_name;
  ASSERT_TRUE(run.query(call));
  EXPECT_FALSE(call.text_out.empty());
  call.kind = query_kind::cpu_count;
  ASSERT_TRUE(run.query(call));
  EXPECT_GE(call.value, 1);
  call.kind = query_kind::process_id;
  ASSERT_TRUE(run.query(call));
  EXPECT_EQ(call.value, getpid());
}

}  // namespace
}  // namespace twinloop::real
