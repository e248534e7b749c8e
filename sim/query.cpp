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

template <class Value, class Out>
result<void> give(const result<Value>& answer, Out& out) {
  if (!answer) return unexpected(answer.error());
  out = static_cast<Out>(*answer);
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
      return give(w.open_socket(p, call.family, call.name, call.made), call.value);
    default:
      break;
  }
  descriptor* on = p.find_open(call.handle);
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
      return w.bind(stream, call.endpoint);
    case query_kind::listen:
      return w.listen(stream, static_cast<std::size_t>(call.value));
    case query_kind::local_address:
      call.endpoint = stream.local;
      return {};
    case query_kind::peer_address:
      return give(w.peer_address(stream), call.endpoint);
    case query_kind::set_option:
      return w.set_option(stream, call.option, call.value);
    case query_kind::get_option:
      call.value = stream.option(call.option);
      return {};
    default:
      return unexpected(errc::not_supported);
  }
}

}  // namespace twinloop::sim
