// The calls of the seam that never wait.
#include <algorithm>
#include <cstring>

#include "sim/ready.hpp"

namespace twinloop::sim {
namespace {

result<void> fill_random(process_state& p, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t drawn = p.random.next();
    const std::size_t count = std::min(bytes.size(), sizeof drawn);
    std::memcpy(bytes.data(), &drawn, count);
    bytes = bytes.subspan(count);
  }
  return {};
}

result<void> make_socket(process_state& p, query_request& call) {
  world_state& w = *p.world;
  if (p.open_descriptors >= p.descriptor_limit) return unexpected(errc::too_many_handles);
  if (call.family == address_family::none) return unexpected(errc::invalid_argument);
  handle_id id;
  descriptor& made = w.make_descriptor(p, descriptor_kind::socket, call.name, call.made, id);
  socket& stream = w.make_socket(*p.host);
  stream.owner = &p;
  stream.descriptor = static_cast<std::uint32_t>(static_cast<std::uint64_t>(id)) - 1;
  stream.family = call.family;
  stream.node = made.node;
  w.name_directions(stream);
  made.stream = &stream;
  call.value = static_cast<std::int64_t>(id);
  return {};
}

result<void> set_option(socket& stream, query_request& call) {
  stream.options[static_cast<int>(call.option)] = call.value;
  if (call.option == socket_option::receive_buffer) {
    if (call.value <= 0) return unexpected(errc::invalid_argument);
    stream.window = std::max<std::size_t>(2048, static_cast<std::size_t>(call.value) * 2);
  }
  return {};
}

}  // namespace

result<void> kernel_of_process::query(query_request& call) {
  process_state& p = *process_;
  world_state& w = *p.world;
  w.check_killed(p);
  switch (call.kind) {
    case query_kind::random_bytes:
      if (w.choose_.wants_touches()) w.touch_key(mix64(p.asked.hash) | 1, true);  // one stream of bytes a process
      return fill_random(p, call.bytes);
    case query_kind::environment:
      return unexpected(errc::not_found);
    case query_kind::host_name:
      call.text_out = p.host->text;
      return {};
    case query_kind::cpu_count:
      call.value = 4;
      return {};
    case query_kind::process_id:
      call.value = p.system_id;
      return {};
    case query_kind::socket:
      return make_socket(p, call);
    default:
      break;
  }
  descriptor* on = w.find_descriptor(p, call.handle);
  if (on == nullptr) return unexpected(errc::bad_handle);
  if (w.choose_.wants_touches()) {
    w.touch_handle(*on);
    if (call.kind == query_kind::bind) w.touch_endpoint(*p.host, call.endpoint);
    if (call.kind == query_kind::listen && on->stream != nullptr) w.touch_endpoint(*p.host, on->stream->local);
  }
  if (call.kind == query_kind::close_now) {
    TWINLOOP_ASSERT(on->receiving == nullptr && on->sending == nullptr);
    w.close_descriptor(p, *on, false);
    return {};
  }
  if (on->stream == nullptr) return unexpected(errc::bad_handle);
  socket& stream = *on->stream;
  switch (call.kind) {
    case query_kind::bind:
      return w.bind_socket(stream, call.endpoint);
    case query_kind::listen:
      return w.listen_socket(stream, static_cast<std::size_t>(call.value));
    case query_kind::local_address:
      call.endpoint = stream.local;
      return {};
    case query_kind::peer_address:
      if (stream.phase != socket_phase::connected || stream.broken) return unexpected(errc::not_connected);
      call.endpoint = stream.remote;
      return {};
    case query_kind::set_option:
      return set_option(stream, call);
    case query_kind::get_option:
      call.value = stream.options[static_cast<int>(call.option)];
      return {};
    default:
      return unexpected(errc::not_supported);
  }
}

}  // namespace twinloop::sim
