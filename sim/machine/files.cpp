// File calls of a process: descriptors and open files over its machine's disk.
#include "sim/machine/machine.hpp"

namespace twinloop::sim {
namespace {

result<std::int64_t> number(const result<std::size_t>& count) {
  if (!count) return unexpected(count.error());
  return static_cast<std::int64_t>(*count);
}

result<std::int64_t> success(const result<void>& done) {
  if (!done) return unexpected(done.error());
  return std::int64_t{0};
}

}  // namespace

result<std::int64_t> machines::open_file_call(descriptor_table& of, const file_request& call, where at) {
  if ((call.flags & open_read_write) == 0) return unexpected(errc::invalid_argument);
  if (of.full()) return unexpected(errc::too_many_handles);
  auto node = of.home->files.open(call.path, call.flags, call.mode, civil_time());
  if (!node) return unexpected(node.error());
  handle_id id;
  descriptor& made = make_descriptor(of, descriptor_kind::file, call.name, at, id);
  made.file = std::make_shared<open_file>(open_file{*node, call.flags, std::string(call.path)});
  return static_cast<std::int64_t>(id);
}

result<std::int64_t> machines::handle_call(descriptor_table& of, const file_request& call) {
  disk& files = of.home->files;
  descriptor* on = of.find_open(call.handle);
  if (on == nullptr || !on->file) return unexpected(errc::bad_handle);
  open_file& file = *on->file;
  const bool may_write = (file.flags & open_write) != 0;
  switch (call.call) {
    case file_call::read_at:
      if ((file.flags & open_read) == 0) return unexpected(errc::bad_handle);
      return number(files.read(*file.node, call.read_buffer, call.offset));
    case file_call::write_at: {
      if (!may_write) return unexpected(errc::bad_handle);
      const bool append = (file.flags & open_append) != 0;
      const std::uint64_t offset = append ? file.node->cached.size() : call.offset;
      return number(files.write(*file.node, call.write_bytes, offset, civil_time()));
    }
    case file_call::truncate:
      if (!may_write) return unexpected(errc::invalid_argument);
      return success(files.truncate(*file.node, call.offset, civil_time()));
    case file_call::sync:
      files.sync(*file.node);
      return std::int64_t{0};
    case file_call::status:
      *call.status_out = files.status(*file.node);
      return std::int64_t{0};
    case file_call::close:
      close(of, *on, false);
      return std::int64_t{0};
    default:
      return unexpected(errc::invalid_argument);
  }
}

result<std::int64_t> machines::perform_file(descriptor_table& of, const file_request& call, where at) {
  disk& files = of.home->files;
  switch (call.call) {
    case file_call::open:
      return open_file_call(of, call, at);
    case file_call::rename:
      return success(files.rename(call.path, call.second_path));
    case file_call::unlink:
      return success(files.unlink(call.path));
    case file_call::make_directory:
      return success(files.make_directory(call.path, call.mode, civil_time()));
    case file_call::remove_directory:
      return success(files.remove_directory(call.path));
    case file_call::sync_directory:
      return success(files.sync_directory(call.path));
    case file_call::list: {
      auto entries = files.list(call.path);
      if (!entries) return unexpected(entries.error());
      *call.list_out = std::move(*entries);
      return std::int64_t{0};
    }
    case file_call::status:
      if (call.handle == handle_id::none) {
        auto status = files.status(call.path);
        if (!status) return unexpected(status.error());
        *call.status_out = *status;
        return std::int64_t{0};
      }
      return handle_call(of, call);
    default:
      return handle_call(of, call);
  }
}

}  // namespace twinloop::sim
