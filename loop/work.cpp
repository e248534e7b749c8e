// Jobs: the handle on the loop's side, the calls on the job's side, and the mutex between jobs.
#include "twinloop/work.hpp"

#include <algorithm>
#include <utility>

namespace twinloop {

work_handle::work_handle(class loop& owner, label name, where made) : handle(owner, "work", name, made) {
  op_.self = this;
  op_.keeps_alive = false;
  op_.run = [](work_op& running, job& context) { static_cast<work_op_of&>(running).self->work_(context); };
  op_.on_complete = [](op& finished, const completion& done) {
    work_handle& self = *static_cast<work_op_of&>(finished).self;
    self.work_ = nullptr;
    self.deactivate();
    if (auto callback = std::exchange(self.done_, nullptr)) callback(done.error);  // may destroy it
  };
  op_.on_failure = [](work_op& failed) {
    work_handle& self = *static_cast<work_op_of&>(failed).self;
    self.work_ = nullptr;
    self.done_ = nullptr;
    self.deactivate();
  };
}

work_handle::~work_handle() {
  if (op_.state == op_state::idle) return;
  loop().detach(op_);
  deactivate();
}

void work_handle::start(unique_function<void(job&)> work, unique_function<void(errc)> done, where made) {
  TWINLOOP_ASSERT(!busy());
  TWINLOOP_ASSERT(static_cast<bool>(work));
  work_ = std::move(work);
  done_ = std::move(done);
  op_.name = name();
  activate();
  op_.made.touches = handle::made().touches;
  loop().submit(op_, made);
}

void work_handle::cancel() {
  if (busy()) loop().cancel(op_);
}

void job::yield() {
  blocking_request request;
  request.kind = blocking_kind::yield;
  (void)kernel_->block(request, this);
}

void mutex::lock(job& holder) {
  std::uint32_t expected = 0;
  if (state_.compare_exchange_strong(expected, 1, std::memory_order_acquire, std::memory_order_relaxed)) return;
  blocking_request request;
  request.kind = blocking_kind::lock;
  request.lock = this;
  (void)holder.kernel_->block(request, &holder);
}

void mutex::unlock(job& holder) {
  const std::uint32_t before = state_.exchange(0, std::memory_order_release);
  TWINLOOP_ASSERT(before != 0);
  if (before == 1) return;
  blocking_request request;
  request.kind = blocking_kind::unlock;
  request.lock = this;
  (void)holder.kernel_->block(request, &holder);
}

result<std::int64_t> blocking_files::perform(file_request& request, where made) {
  blocking_request blocking;
  blocking.kind = blocking_kind::file;
  blocking.file = request;
  blocking.made = made;
  return kernel_->block(blocking, caller_);
}

namespace {
result<void> only_success(const result<std::int64_t>& outcome) {
  if (!outcome) return unexpected(outcome.error());
  return {};
}
file_request make_request(file_call call, std::string_view path = {}) {
  file_request request;
  request.call = call;
  request.path = path;
  return request;
}
file_request make_request(file_call call, handle_id file) {
  file_request request;
  request.call = call;
  request.handle = file;
  return request;
}
}  // namespace

result<handle_id> blocking_files::open(std::string_view path, std::uint32_t flags, std::uint32_t mode, label name,
                                       where made) {
  file_request request = make_request(file_call::open, path);
  request.flags = flags;
  request.mode = mode;
  request.name = name;
  auto outcome = perform(request, made);
  if (!outcome) return unexpected(outcome.error());
  return static_cast<handle_id>(*outcome);
}

result<void> blocking_files::close(handle_id file) {
  file_request request = make_request(file_call::close, file);
  return only_success(perform(request));
}

result<std::size_t> blocking_files::read_at(handle_id file, std::span<std::byte> buffer, std::uint64_t offset) {
  file_request request = make_request(file_call::read_at, file);
  request.read_buffer = buffer;
  request.offset = offset;
  auto outcome = perform(request);
  if (!outcome) return unexpected(outcome.error());
  return static_cast<std::size_t>(*outcome);
}

result<std::size_t> blocking_files::write_at(handle_id file, std::span<const std::byte> bytes, std::uint64_t offset) {
  file_request request = make_request(file_call::write_at, file);
  request.write_bytes = bytes;
  request.offset = offset;
  auto outcome = perform(request);
  if (!outcome) return unexpected(outcome.error());
  return static_cast<std::size_t>(*outcome);
}

result<void> blocking_files::sync(handle_id file) {
  file_request request = make_request(file_call::sync, file);
  return only_success(perform(request));
}

result<void> blocking_files::truncate(handle_id file, std::uint64_t size) {
  file_request request = make_request(file_call::truncate, file);
  request.offset = size;
  return only_success(perform(request));
}

result<file_status> blocking_files::status(std::string_view path) {
  file_request request = make_request(file_call::status, path);
  file_status status;
  request.status_out = &status;
  if (auto outcome = perform(request); !outcome) return unexpected(outcome.error());
  return status;
}

result<file_status> blocking_files::status(handle_id file) {
  file_request request = make_request(file_call::status, file);
  file_status status;
  request.status_out = &status;
  if (auto outcome = perform(request); !outcome) return unexpected(outcome.error());
  return status;
}

result<void> blocking_files::rename(std::string_view from, std::string_view to) {
  file_request request = make_request(file_call::rename, from);
  request.second_path = to;
  return only_success(perform(request));
}

result<void> blocking_files::unlink(std::string_view path) {
  file_request request = make_request(file_call::unlink, path);
  return only_success(perform(request));
}

result<void> blocking_files::make_directory(std::string_view path, std::uint32_t mode) {
  file_request request = make_request(file_call::make_directory, path);
  request.mode = mode;
  return only_success(perform(request));
}

result<void> blocking_files::remove_directory(std::string_view path) {
  file_request request = make_request(file_call::remove_directory, path);
  return only_success(perform(request));
}

result<void> blocking_files::sync_directory(std::string_view path) {
  file_request request = make_request(file_call::sync_directory, path);
  return only_success(perform(request));
}

result<std::vector<directory_entry>> blocking_files::list(std::string_view path) {
  file_request request = make_request(file_call::list, path);
  std::vector<directory_entry> entries;
  request.list_out = &entries;
  if (auto outcome = perform(request); !outcome) return unexpected(outcome.error());
  return entries;
}

result<std::vector<std::byte>> blocking_files::read_all(handle_id file, std::size_t limit) {
  std::vector<std::byte> bytes;
  constexpr std::size_t step = 256 * 1024;
  for (;;) {
    const std::size_t have = bytes.size();
    bytes.resize(have + std::min(step, limit + 1 - have));
    auto count = read_at(file, std::span(bytes).subspan(have), have);
    if (!count) return unexpected(count.error());
    bytes.resize(have + *count);
    if (*count == 0) return bytes;
    if (bytes.size() > limit) return unexpected(errc::file_too_large);
  }
}

result<void> blocking_files::write_all(handle_id file, std::span<const std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    auto count = write_at(file, bytes, offset);
    if (!count) return unexpected(count.error());
    bytes = bytes.subspan(*count);
    offset += *count;
  }
  return {};
}

}  // namespace twinloop
