// The machines by themselves: calls that never wait, what they say, and who is told when trying again is worth it. No
// op, loop or process is here; the test lets time pass.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "sim/machine/machine.hpp"

namespace twinloop::sim {
namespace {

/// Answers every question about short transfers with `transfers`, and all others with what is natural.
struct answers : choice_source {
  std::uint32_t answer(const question& asked) override { return asked.kind == choice_kind::short_io ? transfers : 0; }
  std::uint32_t transfers = 0;
};

/// Two machines with a process's table on each, and time.
struct room : ::testing::Test {
  room() {
    net.choose_.begin(&source, &record);
    record.begin(0);
    add(left, left_table, "left", 1);
    add(right, right_table, "right", 2);
  }

  void add(machine& made, descriptor_table& table, const char* name, std::uint8_t number) {
    made.text = name;
    made.node = net.names_.make(nullptr, label(name), 0);
    made.own = address::ipv4(10, 0, 0, number, 0);
    net.machines_.push_back(&made);
    table.home = &made;
    table.node = net.names_.make(made.node, label("process"), 0);
  }

  /// Lets the next packet arrive.
  void arrive() {
    const scheduled next = net.events_.pop();
    net.now_ = std::max(net.now_, next.time());
    net.handle_packet(next);
    became_ready.insert(became_ready.end(), net.became_ready_.begin(), net.became_ready_.end());
    net.became_ready_.clear();
  }
  /// Lets all packets arrive, those too that they cause.
  void settle() {
    while (!net.events_.empty()) arrive();
  }

  socket& open(descriptor_table& of) {
    const auto made = net.open_socket(of, address_family::ipv4, "socket", {});
    EXPECT_TRUE(made) << message(made.error());
    return *of.find_open(*made)->stream;
  }

  socket& listening(std::size_t backlog = 8) {
    socket& made = open(right_table);
    EXPECT_TRUE(net.bind(made, address::any(7)));
    EXPECT_TRUE(net.listen(made, backlog));
    return made;
  }

  address port_seven() const { return address::ipv4(10, 0, 0, 2, 7); }

  /// A connected pair: `near` on the left.
  void connect() {
    socket& listener = listening();
    near = &open(left_table);
    EXPECT_EQ(net.connect(*near, port_seven()).error(), errc::would_block);
    settle();
    const auto accepted = net.accept(right_table, listener, "peer", {});
    ASSERT_TRUE(accepted) << message(accepted.error());
    far = right_table.find_open(*accepted)->stream;
    became_ready.clear();
  }

  result<std::size_t> send(socket& to, std::string_view text) {
    const io_slice slice{text.data(), text.size()};
    return net.send(to, std::span(&slice, 1));
  }

  /// What there is, or the error's name.
  std::string receive(socket& from, std::size_t most = 64) {
    std::string bytes(most, '\0');
    const auto got = net.receive(from, std::as_writable_bytes(std::span(bytes)));
    if (!got) return name(got.error());
    bytes.resize(*got);
    return bytes.empty() ? "end" : bytes;
  }

  bool told(const socket& which, bool reading) const {
    return std::any_of(became_ready.begin(), became_ready.end(),
                       [&](const readiness& each) { return each.of == &which && each.reading == reading; });
  }

  answers source;
  recording record;
  machines net;
  machine left, right;
  descriptor_table left_table, right_table;
  std::vector<readiness> became_ready;
  socket* near = nullptr;
  socket* far = nullptr;
};

using a_machine = room;

TEST_F(a_machine, connects_accepts_and_moves_bytes_without_an_operation) {
  socket& listener = listening();
  EXPECT_EQ(net.accept(right_table, listener, "peer", {}).error(), errc::would_block);
  socket& near = open(left_table);
  EXPECT_EQ(net.connect(near, port_seven()).error(), errc::would_block);
  EXPECT_TRUE(became_ready.empty()) << "nothing has arrived yet";
  settle();
  EXPECT_TRUE(told(near, false)) << "the end of a connect makes a socket writable";
  EXPECT_TRUE(told(listener, true));
  const auto accepted = net.accept(right_table, listener, "peer", {});
  ASSERT_TRUE(accepted) << message(accepted.error());
  EXPECT_EQ(net.accept(right_table, listener, "peer", {}).error(), errc::would_block);
  socket& far = *right_table.find_open(*accepted)->stream;
  EXPECT_EQ(*net.peer_address(near), port_seven());

  EXPECT_EQ(receive(far), "would_block");
  EXPECT_EQ(*send(near, "hello"), 5u);
  EXPECT_EQ(receive(far), "would_block") << "it is on its way";
  settle();
  EXPECT_TRUE(told(far, true));
  EXPECT_EQ(receive(far, 2), "he");
  EXPECT_EQ(receive(far), "llo");
  EXPECT_EQ(receive(far), "would_block");
}

TEST_F(a_machine, asks_how_many_bytes_a_transfer_moves) {
  connect();
  source.transfers = 3;  // all but one
  EXPECT_EQ(*send(*near, "hello"), 4u);
  settle();
  source.transfers = 2;  // half of what is there
  EXPECT_EQ(receive(*far), "he");
  source.transfers = 1;  // one byte
  EXPECT_EQ(receive(*far), "l");
  EXPECT_EQ(receive(*far), "l");
}

TEST_F(a_machine, says_who_has_ended_and_lets_the_other_direction_go_on) {
  connect();
  EXPECT_TRUE(net.shutdown(*near));
  EXPECT_EQ(send(*near, "x").error(), errc::broken_pipe);
  settle();
  EXPECT_TRUE(told(*far, true));
  EXPECT_EQ(receive(*far), "end");
  EXPECT_EQ(*send(*far, "answer"), 6u);
  settle();
  EXPECT_EQ(receive(*near), "answer");
}

TEST_F(a_machine, blocks_a_sender_at_the_window_and_tells_it_a_packet_later_that_there_is_room) {
  connect();
  const std::string much(far->window + 1, 'x');
  EXPECT_EQ(*send(*near, much), far->window);
  EXPECT_EQ(send(*near, "y").error(), errc::would_block);
  settle();
  became_ready.clear();
  EXPECT_EQ(receive(*far, 10), std::string(10, 'x'));
  EXPECT_FALSE(told(*near, false)) << "the news takes as long as a packet";
  settle();
  EXPECT_TRUE(told(*near, false));
  EXPECT_EQ(*send(*near, much), 10u);
}

TEST_F(a_machine, refuses_a_connection_nobody_listens_for_by_a_pending_error) {
  socket& near = open(left_table);
  EXPECT_EQ(net.connect(near, port_seven()).error(), errc::would_block);
  settle();
  EXPECT_TRUE(told(near, false));
  EXPECT_EQ(send(near, "x").error(), errc::connection_refused) << "told once, to whoever asks first";
  EXPECT_EQ(send(near, "x").error(), errc::not_connected);
  EXPECT_EQ(net.connect(near, port_seven()).error(), errc::would_block);
  settle();
  EXPECT_EQ(net.connect(near, port_seven()).error(), errc::connection_refused);
  listening();
  EXPECT_EQ(net.connect(near, port_seven()).error(), errc::would_block);
  EXPECT_EQ(receive(near), "would_block");
  settle();
  EXPECT_EQ(*send(near, "x"), 1u) << "what the attempt before ended in is forgotten";
}

TEST_F(a_machine, keeps_a_connection_in_the_backlog_while_the_table_is_full) {
  socket& listener = listening();
  right_table.descriptor_limit = right_table.open_descriptors;
  socket& near = open(left_table);
  (void)net.connect(near, port_seven());
  settle();
  EXPECT_EQ(net.accept(right_table, listener, "peer", {}).error(), errc::too_many_handles);
  ++right_table.descriptor_limit;
  EXPECT_TRUE(net.accept(right_table, listener, "peer", {}));
}

TEST_F(a_machine, tells_a_broken_connection_once_and_after_what_had_arrived) {
  connect();
  EXPECT_EQ(*send(*far, "last"), 4u);
  settle();
  net.close(*far, true);
  settle();
  EXPECT_TRUE(told(*near, true));
  EXPECT_EQ(receive(*near), "last");
  EXPECT_EQ(receive(*near), "connection_reset");
  EXPECT_EQ(receive(*near), "end");
  EXPECT_EQ(send(*near, "x").error(), errc::broken_pipe);
}

TEST_F(a_machine, tells_a_broken_connection_to_a_sender_and_then_ends_for_the_reader) {
  connect();
  net.close(*far, true);
  settle();
  EXPECT_EQ(send(*near, "x").error(), errc::connection_reset);
  EXPECT_TRUE(near->readable());
  EXPECT_EQ(receive(*near), "end");
}

TEST_F(a_machine, knows_no_reset_after_the_other_sides_end) {
  connect();
  EXPECT_EQ(*send(*far, "left"), 4u);
  net.close(*far, false);
  settle();
  EXPECT_EQ(*send(*near, "x"), 1u) << "the answer, a reset, is still to come";
  settle();
  EXPECT_EQ(send(*near, "x").error(), errc::broken_pipe);
  EXPECT_EQ(receive(*near), "left");
  EXPECT_EQ(receive(*near), "end");
}

TEST_F(a_machine, keeps_the_order_of_packets_over_a_link_that_was_cut) {
  connect();
  net.links_.push_back(std::make_unique<network_link>());
  network_link& cable = *net.links_.back();
  cable.a = &left;
  cable.b = &right;
  cable.cut = true;
  EXPECT_EQ(*send(*near, "x"), 1u);
  settle();  // it is held up at the cut
  net.now_ += net.default_latency_ * 10;
  EXPECT_TRUE(net.shutdown(*near));  // on its way while the link is healed
  net.now_ += net.default_latency_ / 2;
  cable.cut = false;
  net.heal(cable);
  became_ready.clear();
  while (!told(*far, true) && !net.events_.empty()) arrive();
  EXPECT_EQ(receive(*far), "x") << "the end overtook it";
  settle();
  EXPECT_EQ(receive(*far), "end");
}

TEST_F(a_machine, whose_power_failed_sends_nothing_and_resets_later_what_was_under_way) {
  socket& listener = listening();
  socket& accepted_one = open(left_table);
  socket& waiting_one = open(left_table);
  socket& idle_one = open(left_table);
  for (socket* each : {&accepted_one, &waiting_one, &idle_one}) (void)net.connect(*each, port_seven());
  settle();
  ASSERT_TRUE(net.accept(right_table, listener, "peer", {}));
  socket& peer = *right_table.descriptors[1].stream;
  EXPECT_EQ(*send(accepted_one, "x"), 1u);
  EXPECT_EQ(*send(waiting_one, "x"), 1u);
  net.vanish(peer);
  net.vanish(listener);
  settle();
  EXPECT_EQ(receive(accepted_one), "connection_reset");
  EXPECT_EQ(receive(waiting_one), "connection_reset") << "also where nobody had accepted it";
  EXPECT_EQ(receive(idle_one), "would_block") << "nothing was under way, so that nothing is sent again";
}

TEST_F(a_machine, whose_power_failed_answers_no_handshake) {
  (void)listening();
  socket& near = open(left_table);
  (void)net.connect(near, port_seven());
  arrive();  // the request alone
  net.vanish(*right_table.descriptors[0].stream);
  net.vanish_half_open(right);
  settle();
  EXPECT_EQ(receive(near), "would_block") << "connected, as far as it knows";
  EXPECT_EQ(*send(near, "x"), 1u);
  settle();
  EXPECT_EQ(receive(near), "connection_reset");
}

TEST_F(a_machine, gives_a_port_free_with_the_socket_that_was_bound_to_it) {
  (void)listening();
  const address own = address::ipv4(10, 0, 0, 1, 5000);
  socket& near = open(left_table);
  EXPECT_TRUE(net.bind(near, own));
  EXPECT_EQ(net.connect(near, port_seven()).error(), errc::would_block);
  settle();
  EXPECT_EQ(net.bind(open(left_table), own).error(), errc::address_in_use);
  net.close(left_table, left_table.descriptors[0], false);
  EXPECT_TRUE(net.bind(open(left_table), own));
  EXPECT_EQ(left.ports.size(), 1u);
}

TEST_F(a_machine, keeps_the_port_of_a_bound_socket_whose_connect_was_refused) {
  const address own = address::ipv4(10, 0, 0, 1, 5000);
  socket& near = open(left_table);
  EXPECT_TRUE(net.bind(near, own));
  (void)net.connect(near, port_seven());
  settle();
  EXPECT_EQ(net.bind(near, address::ipv4(10, 0, 0, 1, 5001)).error(), errc::invalid_argument);
  EXPECT_EQ(net.bind(open(left_table), own).error(), errc::address_in_use);
}

TEST_F(a_machine, tells_ipv4_and_ipv6_apart_as_linux_does) {
  const auto bound = [&](const address& at, bool only_six = false) {
    const auto made = net.open_socket(right_table, at.family, "socket", {});
    socket& stream = *right_table.find_open(*made)->stream;
    EXPECT_TRUE(net.set_option(stream, socket_option::ipv6_only, only_six));
    const errc outcome = net.bind(stream, at).error();
    if (outcome == errc::ok) {
      EXPECT_TRUE(net.listen(stream, 8));
    }
    return outcome;
  };
  const auto reached = [&](const address& at) {
    const auto made = net.open_socket(right_table, at.family, "client", {});
    socket& stream = *right_table.find_open(*made)->stream;
    (void)net.connect(stream, at);
    settle();
    return net.peer_address(stream).has_value();
  };
  EXPECT_EQ(bound(address::any(1)), errc::ok);
  EXPECT_TRUE(reached(address::loopback(1)));
  EXPECT_FALSE(reached(address::loopback_ipv6(1))) << "IPv4's any address is not IPv6's";
  EXPECT_EQ(bound(address::any_ipv6(1)), errc::address_in_use) << "it would have IPv4's addresses, too";
  EXPECT_EQ(bound(address::loopback_ipv6(1)), errc::ok);
  EXPECT_EQ(bound(address::any(2)), errc::ok);
  EXPECT_EQ(bound(address::any_ipv6(2), true), errc::ok);
  EXPECT_EQ(bound(address::any_ipv6(3)), errc::ok);
  EXPECT_TRUE(reached(address::loopback(3)));
  EXPECT_EQ(bound(address::loopback(3)), errc::address_in_use);
}

TEST_F(a_machine, gives_the_lowest_free_descriptor_but_not_one_that_is_still_used) {
  const auto first = net.open_socket(left_table, address_family::ipv4, "a", {});
  const auto second = net.open_socket(left_table, address_family::ipv4, "b", {});
  descriptor& closed = *left_table.find_open(*first);
  ++closed.uses;
  net.close(left_table, closed, false);
  EXPECT_EQ(left_table.find_open(*first), nullptr);
  EXPECT_EQ(descriptor_index(*net.open_socket(left_table, address_family::ipv4, "c", {})),
            descriptor_index(*second) + 1);
  EXPECT_TRUE(net.end_use(*left_table.find_slot(*first)));
  const auto reused = net.open_socket(left_table, address_family::ipv4, "d", {});
  EXPECT_EQ(descriptor_index(*reused), descriptor_index(*first));
  EXPECT_NE(*reused, *first) << "a stale handle must not reach the new owner";
  EXPECT_EQ(left_table.find_slot(*first), nullptr);
}

TEST_F(a_machine, reads_and_writes_files_by_descriptor) {
  const auto call = [&](file_request request) { return net.perform_file(left_table, request, {}); };
  const auto opened = call({.call = file_call::open, .flags = open_read_write | open_create, .path = "/log"});
  ASSERT_TRUE(opened) << message(opened.error());
  const auto id = static_cast<handle_id>(*opened);
  const std::string text = "durable";
  EXPECT_EQ(*call({.call = file_call::write_at, .handle = id, .write_bytes = std::as_bytes(std::span(text))}), 7);
  std::byte back[4];
  EXPECT_EQ(*call({.call = file_call::read_at, .handle = id, .offset = 3, .read_buffer = back}), 4);
  EXPECT_EQ(std::memcmp(back, "able", 4), 0);
  EXPECT_TRUE(call({.call = file_call::close, .handle = id}));
  EXPECT_EQ(call({.call = file_call::sync, .handle = id}).error(), errc::bad_handle);
  EXPECT_EQ(left_table.open_descriptors, 0u);
}

TEST_F(a_machine, looks_names_up_in_its_network) {
  right.names.emplace_back("database");
  EXPECT_EQ(net.look_up("database", 5, address_family::none)->at(0), address::ipv4(10, 0, 0, 2, 5));
  EXPECT_EQ(net.look_up("right", 5, address_family::ipv4)->at(0), address::ipv4(10, 0, 0, 2, 5));
  EXPECT_EQ(net.look_up("localhost", 5, address_family::none)->size(), 2u);
  EXPECT_EQ(net.look_up("nobody", 5, address_family::none).error(), errc::name_not_found);
  EXPECT_EQ(net.look_up("::1", 5, address_family::ipv4).error(), errc::name_not_found);
}

}  // namespace
}  // namespace twinloop::sim
