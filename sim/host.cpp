// The public face of a simulated machine.
#include <utility>

#include "sim/world_state.hpp"

namespace twinloop::sim {

std::string_view host::name() const { return state_->text; }

address host::address(std::uint16_t port) const {
  const std::uint32_t n = state_->ordinal;
  return twinloop::address::ipv4(10, static_cast<std::uint8_t>(n / 62500), static_cast<std::uint8_t>(n / 250 % 250),
                                 static_cast<std::uint8_t>(n % 250 + 1), port);
}

process& host::start(std::string_view name, program main, arguments args, process_options options) {
  return *state_->world->add_process(*state_, name, std::move(main), std::move(args), options).face;
}

void host::crash() { state_->world->crash_host(*state_); }

void host::restart(duration after) {
  for (process_state* each : state_->processes) {
    if (each->ended_by_kill && !each->running && !each->start_pending) {
      state_->world->schedule_start(*each, after.count());
    }
  }
}

void host::add_name(std::string_view name) { state_->names.emplace_back(name); }

std::optional<std::string> host::read_file(std::string_view path) const {
  auto node = state_->files.open(path, open_read, 0, 0);
  if (!node || (*node)->type != file_type::regular) return std::nullopt;
  const auto& bytes = (*node)->cached;
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void host::write_file(std::string_view path, std::string_view bytes) {
  disk& files = state_->files;
  for (std::size_t slash = path.find('/', 1); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    (void)files.make_directory(path.substr(0, slash), 0755, 0);  // already_exists is fine
  }
  auto node = files.open(path, open_write | open_create | open_truncate, 0644, 0);
  TWINLOOP_ASSERT(node.has_value());
  const auto written = files.write(**node, std::as_bytes(std::span(bytes)), 0, 0);
  TWINLOOP_ASSERT(written.has_value());
  files.settle();
}

std::vector<std::string> host::list_files() const { return state_->files.files(); }
void host::limit_disk(std::uint64_t bytes) { state_->files.byte_limit = bytes; }
void host::set_read_only(bool on) { state_->files.read_only = on; }

void host::limit_handles(std::uint32_t count) {
  state_->descriptor_limit = count;
  for (process_state* each : state_->processes) each->descriptor_limit = count;
}

}  // namespace twinloop::sim
