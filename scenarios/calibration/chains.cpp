#include "scenarios/calibration/chains.hpp"

#include <array>
#include <cstddef>
#include <memory>

#include "twinloop/loop.hpp"
#include "twinloop/op.hpp"

namespace twinloop::calibration {
namespace {
using namespace std::chrono_literals;

constexpr std::array<const char*, 26> letters = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
                                                 "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z"};
constexpr std::uint16_t door = 7;
constexpr std::size_t most_bytes = 256;

struct program;

/// One end of a connection that is read byte by byte.
struct running_chain : recv_op {
  program* owner = nullptr;
  link next{};
  unsigned length = 0;
  handle_id sender = handle_id::none;
  std::byte byte{};
};

struct program {
  loop* on = nullptr;
  const chains* what = nullptr;
  std::vector<std::unique_ptr<running_chain>> running;
  unsigned unfinished = 0;  // the loop stops when it reaches 0
};

void expect_success(const completion& done) { TWINLOOP_ASSERT(done.error == errc::ok); }

handle_id open_socket(loop& on, const char* name) {
  query_request ask;
  ask.kind = query_kind::socket;
  ask.family = address_family::ipv4;
  ask.name = label(name);
  const bool made = on.below().query(ask).has_value();
  TWINLOOP_ASSERT(made);
  return static_cast<handle_id>(ask.value);
}

void ask_about(loop& on, query_kind kind, handle_id handle, address at = {}) {
  query_request ask;
  ask.kind = kind;
  ask.handle = handle;
  ask.endpoint = at;
  ask.value = 64;
  const bool done = on.below().query(ask).has_value();
  TWINLOOP_ASSERT(done);
}

void submit_read(program& owner, running_chain& chain) {
  if (owner.what->declared) touches_only(*owner.on, chain, {});
  if (owner.what->declare) owner.what->declare(*owner.on, chain, chain.next);
  owner.on->submit(chain);
}

void on_read(op& self, const completion& done) {
  expect_success(done);
  auto& chain = static_cast<running_chain&>(self);
  program& owner = *chain.owner;
  const link now = chain.next;
  ++chain.next.index;
  if (owner.what->visit) owner.what->visit(now);
  if (chain.next.index < chain.length) return submit_read(owner, chain);
  if (--owner.unfinished == 0) owner.on->stop();
}

/// Shutting down what was never connected fails at once: always ready, no virtual time, no end.
void try_again(op& self, const completion&) { self.owner->submit(self); }

void send_bytes(loop& on, handle_id to, std::size_t count) {
  static const std::array<std::byte, most_bytes> bytes{};
  TWINLOOP_ASSERT(count <= most_bytes);
  struct : send_op {
    std::size_t taken = 0;
  } send;
  send.handle = to;
  send.on_complete = [](op& self, const completion& done) {
    expect_success(done);
    static_cast<decltype(send)&>(self).taken += static_cast<std::size_t>(done.count);
  };
  while (send.taken < count) {  // a short send is one of the things that may be chosen
    const io_slice slice{bytes.data(), count - send.taken};
    send.slices = std::span(&slice, 1);
    on.submit(send);
    on.run();
  }
}

/// Connects a chain to the listener and sends it its bytes, one thing at a time: there is nothing to pick.
void connect_chain(program& owner, handle_id listener, running_chain& chain, const char* name) {
  loop& on = *owner.on;
  chain.sender = open_socket(on, name);
  connect_op connect;
  connect.handle = chain.sender;
  connect.target = address::loopback(door);
  connect.on_complete = [](op&, const completion& done) { expect_success(done); };
  struct : accept_op {
    handle_id made = handle_id::none;
  } accept;
  accept.handle = listener;
  accept.name = label(name);
  accept.on_complete = [](op& self, const completion& done) {
    expect_success(done);
    static_cast<decltype(accept)&>(self).made = static_cast<handle_id>(done.aux);
  };
  on.submit(accept);
  on.submit(connect);
  on.run();
  chain.handle = accept.made;
  chain.name = label(name);
  chain.owner = &owner;
  chain.buffer = std::span(&chain.byte, 1);
  chain.on_complete = &on_read;
  send_bytes(on, chain.sender, chain.length);
}

int program_main(loop& on, const chains& what) {
  program self{&on, &what, {}, 0};
  const handle_id listener = open_socket(on, "door");
  ask_about(on, query_kind::bind, listener, address::loopback(door));
  ask_about(on, query_kind::listen, listener);
  for (unsigned i = 0; i < what.lengths.size(); ++i) {
    running_chain& chain = *self.running.emplace_back(std::make_unique<running_chain>());
    chain.next = {i, 0};
    chain.length = what.lengths[i];
    connect_chain(self, listener, chain, letters[i]);
  }
  timer all_arrived(
      on, [] {}, "all_arrived");
  all_arrived.start(1s);
  on.run();
  if (what.alongside) what.alongside(on);
  shutdown_op busy;
  busy.on_complete = &try_again;
  busy.name = "busy";
  busy.handle = open_socket(on, "busy");
  if (what.busy_neighbour) on.submit(busy);
  for (auto& chain : self.running) {
    if (chain->length == 0) continue;
    ++self.unfinished;
    submit_read(self, *chain);
  }
  on.run();
  if (what.finished) what.finished();
  if (what.busy_neighbour) on.detach(busy);
  ask_about(on, query_kind::close_now, busy.handle);
  for (auto& chain : self.running) {
    ask_about(on, query_kind::close_now, chain->handle);
    ask_about(on, query_kind::close_now, chain->sender);
  }
  ask_about(on, query_kind::close_now, listener);
  return 0;
}

}  // namespace

void add_chains(sim::world& world, chains what) {
  TWINLOOP_ASSERT(what.lengths.size() <= letters.size());
  world.add_host("host").start("program",
                               [what = std::move(what)](loop& on, const arguments&) { return program_main(on, what); });
}

std::string run_chains(sim::world& world, std::vector<unsigned> lengths, bool declared) {
  std::string order;
  add_chains(
      world,
      {std::move(lengths), [&](link at) { order += static_cast<char>('a' + at.chain); }, false, {}, {}, {}, declared});
  world.run();
  return order;
}

}  // namespace twinloop::calibration
