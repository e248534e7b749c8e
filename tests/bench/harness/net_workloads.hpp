// The network workloads of the peers: pingpong, stream, accept.
//
// A peer's loop type gives   void run();   void echo(int socket);   void client(int socket, std::size_t size);
//   void sink(int socket);   void source(int socket, std::size_t chunk);
//   void acceptor(int listener);                 accepts and closes for ever
//   void connector(const sockaddr_in& target);   keeps one connect -> wait for the reset -> close -> bump() going
#pragma once

#include <fmt/format.h>
#include <sched.h>

#include <atomic>
#include <string>
#include <thread>

#include "harness/affinity.hpp"
#include "harness/report.hpp"
#include "harness/sockets.hpp"

namespace bench {

/// Which sides one loop plays.
struct roles {
  bool server;
  bool client;
};

/// Runs `start(roles, ready)` on one thread for both sides, or on two pinned ones (threads=2): it makes a loop, calls
/// `ready` once the server side is set up, and runs for ever.
template <class Start>
void run_sides(const arguments& given, Start start) {
  end_after(given);
  static std::atomic<bool> ready{false};
  auto is_ready = [] { ready.store(true); };
  if (given.number("threads", 1) == 1) {
    std::thread([=] {
      pin(0);
      start(roles{true, true}, is_ready);
    }).detach();
    return;
  }
  std::thread([=] {
    pin(0);
    start(roles{true, false}, is_ready);
  }).detach();
  while (!ready.load()) sched_yield();
  std::thread([=] {
    pin(1);
    start(roles{false, true}, [] {});
  }).detach();
}

template <class Loop>
[[noreturn]] void pingpong(const arguments& given) {
  const std::size_t size = given.number("size", 64), connections = given.number("conns", 1);
  const std::size_t threads = given.number("threads", 1);
  static const auto pairs = open_pairs(connections);
  run_sides(given, [=](roles plays, auto ready) {
    Loop loop;
    if (plays.server) {
      for (const connection_pair& pair : pairs) loop.echo(pair.server);
    }
    ready();
    if (plays.client) {
      for (const connection_pair& pair : pairs) loop.client(pair.client, size);
    }
    loop.run();
  });
  measure(given, fmt::format("pingpong-{}B-c{}-t{}", size, connections, threads), "rt/s");
}

template <class Loop>
[[noreturn]] void stream(const arguments& given) {
  const std::size_t chunk = given.number("chunk", 65536), connections = given.number("conns", 1);
  const std::size_t threads = given.number("threads", 1);
  static const auto pairs = open_pairs(connections);
  run_sides(given, [=](roles plays, auto ready) {
    Loop loop;
    if (plays.server) {
      for (const connection_pair& pair : pairs) loop.sink(pair.server);
    }
    ready();
    if (plays.client) {
      for (const connection_pair& pair : pairs) loop.source(pair.client, chunk);
    }
    loop.run();
  });
  measure(given, fmt::format("stream-{}K-c{}-t{}", chunk / 1024, connections, threads), "GB/s", 1e-9);
}

template <class Loop>
[[noreturn]] void accept(const arguments& given) {
  const std::size_t threads = given.number("threads", 1), inflight = given.number("inflight", 1);
  static sockaddr_in address;
  const int listener = open_listener(address, true);
  run_sides(given, [=](roles plays, auto ready) {
    Loop loop;
    if (plays.server) loop.acceptor(listener);
    ready();
    if (plays.client) {
      for (std::size_t i = 0; i < inflight; ++i) loop.connector(address);
    }
    loop.run();
  });
  measure(given, fmt::format("accept-i{}-t{}", inflight, threads), "conn/s");
}

/// Serves the workload if it is one of these.
template <class Loop>
void serve_network(const arguments& given) {
  if (given.workload() == "pingpong") pingpong<Loop>(given);
  if (given.workload() == "stream") stream<Loop>(given);
  if (given.workload() == "accept") accept<Loop>(given);
}

}  // namespace bench
