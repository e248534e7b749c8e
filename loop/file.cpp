// Files and path calls: each call is a record with an operation, reused when it has completed.
#include "twinloop/file.hpp"

#include <utility>

#include "loop/close_quietly.hpp"

namespace twinloop {

// Without a handle a status call would be about the path.
static constexpr handle_id never_given_out{UINT64_MAX};

struct file_call_record : file_op {
  file_caller* caller = nullptr;
  file* opened = nullptr;  // open: whose handle it becomes
  std::string path;
  std::string second_path;
  file_status status;
  std::vector<directory_entry> entries;
  done_callback on_done;
  transfer_callback on_transfer;
  status_callback on_status;
  list_callback on_list;

  void finish(const completion& done);
};

file_caller::file_caller(class loop& owner, const char* type, label name, where made)
    : handle(owner, type, name, made) {}

file_caller::~file_caller() {
  detach_calls();
  for (file_call_record* each : all_) delete each;
}

void file_caller::detach_calls() {
  for (file_call_record* each : all_) {
    if (each->state == op_state::idle) continue;
    loop().detach(*each);
    deactivate();
  }
}

file_call_record& file_caller::record() {
  if (free_.empty()) {
    all_.push_back(new file_call_record);
    file_call_record& made = *all_.back();
    made.caller = this;
    made.keeps_alive = false;
    made.on_complete = [](op& self, const completion& done) { static_cast<file_call_record&>(self).finish(done); };
    return made;
  }
  file_call_record& reused = *free_.back();
  free_.pop_back();
  reused.request = file_request{};
  return reused;
}

void file_caller::start(file_call_record& call, where made) {
  call.request.path = call.path;
  call.request.second_path = call.second_path;
  call.name = name();
  activate();
  call.made.touches = handle::made().touches;
  loop().submit(call, made);
}

void file_call_record::finish(const completion& done) {
  file_caller& owner = *caller;
  owner.deactivate();
  if (done.error == errc::ok && opened != nullptr) opened->adopt(static_cast<handle_id>(done.aux));
  opened = nullptr;
  auto call_done = std::exchange(on_done, nullptr);
  auto call_transfer = std::exchange(on_transfer, nullptr);
  auto call_status = std::exchange(on_status, nullptr);
  auto call_list = std::exchange(on_list, nullptr);
  file_status got = status;
  std::vector<directory_entry> listed = std::move(entries);
  owner.free_.push_back(this);
  // From here on the callback may destroy the caller, and with it this record.
  if (call_done) call_done(done.error);
  if (call_transfer) call_transfer(done.error, static_cast<std::size_t>(done.count));
  if (call_status) {
    if (done.error != errc::ok) return call_status(unexpected(done.error));
    call_status(got);
  }
  if (call_list) {
    if (done.error != errc::ok) return call_list(unexpected(done.error));
    call_list(std::move(listed));
  }
}

file::file(class loop& owner, label name, where made) : file_caller(owner, "file", name, made) {}

file::~file() {
  detach_calls();  // first: nothing may be pending on a handle that is closed at once
  close_quietly(loop(), handle_);
}

void file::adopt(handle_id opened) {
  TWINLOOP_ASSERT(handle_ == handle_id::none);
  handle_ = opened;
}

void file::open(std::string_view path, std::uint32_t flags, std::uint32_t mode, done_callback done, where made) {
  TWINLOOP_ASSERT(handle_ == handle_id::none);
  file_call_record& call = record();
  call.request.call = file_call::open;
  call.request.flags = flags;
  call.request.mode = mode;
  call.request.name = name();
  call.path = path;
  call.opened = this;
  call.on_done = std::move(done);
  start(call, made);
}

file_call_record& file::handle_call(file_call what) {
  file_call_record& call = record();
  call.request.call = what;
  call.request.handle = handle_;
  call.path.clear();
  call.second_path.clear();
  return call;
}

void file::read_at(std::span<std::byte> buffer, std::uint64_t offset, transfer_callback done, where made) {
  file_call_record& call = handle_call(file_call::read_at);
  call.request.read_buffer = buffer;
  call.request.offset = offset;
  call.on_transfer = std::move(done);
  start(call, made);
}

void file::write_at(std::span<const std::byte> bytes, std::uint64_t offset, transfer_callback done, where made) {
  file_call_record& call = handle_call(file_call::write_at);
  call.request.write_bytes = bytes;
  call.request.offset = offset;
  call.on_transfer = std::move(done);
  start(call, made);
}

void file::sync(done_callback done, where made) {
  file_call_record& call = handle_call(file_call::sync);
  call.on_done = std::move(done);
  start(call, made);
}

void file::truncate(std::uint64_t size, done_callback done, where made) {
  file_call_record& call = handle_call(file_call::truncate);
  call.request.offset = size;
  call.on_done = std::move(done);
  start(call, made);
}

void file::status(status_callback done, where made) {
  file_call_record& call = handle_call(file_call::status);
  if (!is_open()) call.request.handle = never_given_out;
  call.request.status_out = &call.status;
  call.on_status = std::move(done);
  start(call, made);
}

void file::close(done_callback done, where made) {
  file_call_record& call = handle_call(file_call::close);
  handle_ = handle_id::none;
  call.on_done = std::move(done);
  start(call, made);
}

file_system::file_system(class loop& owner, label name, where made) : file_caller(owner, "file_system", name, made) {}

file_call_record& file_system::path_call(file_call what, std::string_view path, std::string_view second_path) {
  file_call_record& call = record();
  call.request.call = what;
  call.path = path;
  call.second_path = second_path;
  return call;
}

void file_system::status(std::string_view path, status_callback done, where made) {
  file_call_record& call = path_call(file_call::status, path);
  call.request.status_out = &call.status;
  call.on_status = std::move(done);
  start(call, made);
}

void file_system::rename(std::string_view from, std::string_view to, done_callback done, where made) {
  file_call_record& call = path_call(file_call::rename, from, to);
  call.on_done = std::move(done);
  start(call, made);
}

void file_system::unlink(std::string_view path, done_callback done, where made) {
  file_call_record& call = path_call(file_call::unlink, path);
  call.on_done = std::move(done);
  start(call, made);
}

void file_system::make_directory(std::string_view path, std::uint32_t mode, done_callback done, where made) {
  file_call_record& call = path_call(file_call::make_directory, path);
  call.request.mode = mode;
  call.on_done = std::move(done);
  start(call, made);
}

void file_system::remove_directory(std::string_view path, done_callback done, where made) {
  file_call_record& call = path_call(file_call::remove_directory, path);
  call.on_done = std::move(done);
  start(call, made);
}

void file_system::sync_directory(std::string_view path, done_callback done, where made) {
  file_call_record& call = path_call(file_call::sync_directory, path);
  call.on_done = std::move(done);
  start(call, made);
}

void file_system::list(std::string_view path, list_callback done, where made) {
  file_call_record& call = path_call(file_call::list, path);
  call.request.list_out = &call.entries;
  call.on_list = std::move(done);
  start(call, made);
}

}  // namespace twinloop
