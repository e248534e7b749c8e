// Calls that never wait: sockets and their names and options, and facts about the machine.
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <thread>

#include "real/epoll_kernel.hpp"
#include "real/errors.hpp"
#include "real/socket_calls.hpp"

namespace twinloop::real {
namespace {

result<void> fill_random(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t count = getrandom(out.data(), out.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(error_of(errno));
    out = out.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

result<void> read_environment(query_request& call) {
  const std::string name(call.text);
  if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos) {
    return unexpected(errc::invalid_argument);
  }
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return unexpected(errc::not_found);
  call.text_out = value;
  return {};
}

result<void> read_host_name(query_request& call) {
  char name[HOST_NAME_MAX + 1] = "";
  if (gethostname(name, sizeof name) != 0) return unexpected(error_of(errno));
  name[HOST_NAME_MAX] = '\0';
  call.text_out = name;
  return {};
}

/// Puts a result's value where the request wants it.
template <class Value, class Target>
result<void> store(const result<Value>& from, Target& to) {
  if (!from) return unexpected(from.error());
  to = *from;
  return {};
}

}  // namespace

result<void> epoll_kernel::query(query_request& call) {
  switch (call.kind) {
    case query_kind::socket:
      return query_socket(call);
    case query_kind::random_bytes:
      return fill_random(call.bytes);
    case query_kind::environment:
      return read_environment(call);
    case query_kind::host_name:
      return read_host_name(call);
    case query_kind::cpu_count:
      call.value = std::max(1u, std::thread::hardware_concurrency());
      return {};
    case query_kind::process_id:
      call.value = getpid();
      return {};
    case query_kind::close_now:
      return close_now(call.handle);
    default:
      return query_handle(call);
  }
}

result<void> epoll_kernel::query_socket(query_request& call) {
  const result<int> fd = make_socket(call.family);
  if (!fd) return unexpected(fd.error());
  const result<handle_id> handle = table_.insert(*fd, descriptor_kind::socket);
  if (!handle) return unexpected(handle.error());
  call.handle = *handle;
  call.value = static_cast<std::int64_t>(*handle);
  return {};
}

result<void> epoll_kernel::query_handle(query_request& call) {
  descriptor* socket = table_.find(call.handle, descriptor_kind::socket);
  if (socket == nullptr) return unexpected(errc::bad_handle);
  switch (call.kind) {
    case query_kind::bind:
      return bind_socket(*socket, call.endpoint);
    case query_kind::listen:
      return listen_socket(*socket, call.value);
    case query_kind::local_address:
      return store(local_address(*socket), call.endpoint);
    case query_kind::peer_address:
      return store(peer_address(*socket), call.endpoint);
    case query_kind::set_option:
      return set_option(*socket, call.option, call.value);
    case query_kind::get_option:
      return store(get_option(*socket, call.option), call.value);
    default:
      return unexpected(errc::invalid_argument);
  }
}

result<void> epoll_kernel::close_now(handle_id handle) {
  const descriptor* entry = table_.find(handle);
  if (entry == nullptr) return unexpected(errc::bad_handle);
  TWINLOOP_ASSERT(entry->input == nullptr && entry->output == nullptr);
  TWINLOOP_ASSERT(entry->connect == nullptr && entry->file_calls == 0);
  if (!table_.begin_close(handle)) return unexpected(errc::bad_handle);
  table_.end_close(handle);
  return {};
}

std::uint64_t epoll_kernel::caps() const noexcept {
  std::uint64_t found = can_half_close | can_sync_directory;
  const result<int> probe = make_socket(address_family::ipv6);
  if (probe) {
    found |= can_ipv6;
    ::close(*probe);
  }
  return found;
}

}  // namespace twinloop::real
