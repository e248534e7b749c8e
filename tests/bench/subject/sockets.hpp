// Sockets through the seam, for the workloads on intrusive operations; on any kernel.
#pragma once

#include <cstdint>

#include "subject/operations.hpp"
#include "twinloop/kernel.hpp"
#include "twinloop/loop.hpp"

namespace bench::subject {

inline twinloop::query_request ask(twinloop::loop& loop, twinloop::query_request call, const char* what) {
  require(loop.below().query(call).error(), what);
  return call;
}

inline twinloop::handle_id open_socket(twinloop::loop& loop, twinloop::label name) {
  twinloop::query_request call{.kind = twinloop::query_kind::socket, .family = twinloop::address_family::ipv4};
  call.name = name;
  return static_cast<twinloop::handle_id>(ask(loop, call, "socket").value);
}

inline void set_option(twinloop::loop& loop, twinloop::handle_id socket, twinloop::socket_option option,
                       std::int64_t value) {
  twinloop::query_request call{.kind = twinloop::query_kind::set_option, .handle = socket};
  call.option = option;
  call.value = value;
  ask(loop, call, "set_option");
}

inline twinloop::handle_id open_listener(twinloop::loop& loop, const twinloop::address& local) {
  const twinloop::handle_id made = open_socket(loop, "listener");
  twinloop::query_request bind{.kind = twinloop::query_kind::bind, .handle = made};
  bind.endpoint = local;
  ask(loop, bind, "bind");
  twinloop::query_request listen{.kind = twinloop::query_kind::listen, .handle = made};
  listen.value = 4096;
  ask(loop, listen, "listen");
  return made;
}

inline twinloop::address local_address(twinloop::loop& loop, twinloop::handle_id socket) {
  return ask(loop, {.kind = twinloop::query_kind::local_address, .handle = socket}, "local_address").endpoint;
}

inline void close_now(twinloop::loop& loop, twinloop::handle_id socket) {
  ask(loop, {.kind = twinloop::query_kind::close_now, .handle = socket}, "close_now");
}

}  // namespace bench::subject
