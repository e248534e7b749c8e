// File operations: answered from the page cache at once where that is possible, else by the pool.
#include "real/epoll_kernel.hpp"
#include "real/file_calls.hpp"
#include "real/op_phase.hpp"

namespace twinloop::real {

// What a read may copy on the loop's thread: at about 10 GB/s, 64 KiB take as long as the hand-over to a pool thread.
constexpr std::size_t inline_read_max = 64 * 1024;

namespace {

/// Whether `pending` is an op that keeps its file open until it is settled.
bool holds_pin(const op& pending) {
  if (pending.kind != op_kind::file) return false;
  const file_request& request = static_cast<const file_op&>(pending).request;
  return needs_handle(request) && request.call != file_call::close;
}

}  // namespace

void epoll_kernel::start_file(file_op& started) {
  const file_request& request = started.request;
  if (!needs_handle(request)) return pool_.stage(started);
  if (request.call == file_call::close) return start_file_close(started, request.handle);
  descriptor* file = table_.pin(request.handle, descriptor_kind::file);
  if (file == nullptr) return finish(started, errc::bad_handle);
  if (request.call == file_call::read_at && read_inline(started, *file)) return table_.unpin(*file);
  ++file->file_calls;  // stays pinned until settle_file_call
  pool_.stage(started);
}

bool epoll_kernel::read_inline(file_op& started, descriptor& file) {
  const file_request& request = started.request;
  if (!file.inline_reads || request.read_buffer.size() > inline_read_max) return false;
  if (request.offset > static_cast<std::uint64_t>(INT64_MAX)) return false;
  const result<std::int64_t> count = read_without_waiting(request, file.fd);
  if (count.error() == errc::would_block) return false;
  if (count.error() == errc::not_supported) {
    file.inline_reads = false;
    return false;
  }
  finish(started, completion{.error = count.error(), .count = count.value_or(0)});
  return true;
}

/// A file op that start_file has pinned is over: the last one lets a close go ahead.
void epoll_kernel::settle_file_call(const op& ended) {
  if (!holds_pin(ended)) return;
  const handle_id handle = static_cast<const file_op&>(ended).request.handle;
  descriptor& file = table_.pinned(handle);
  TWINLOOP_ASSERT(file.file_calls > 0);
  --file.file_calls;
  op* closer = file.closer;
  const bool may_close = file.file_calls == 0 && file.close_wanted;
  table_.unpin(file);
  if (!may_close) return;
  if (closer != nullptr) return hand_close_to_pool(*closer, handle);
  table_.end_close(handle);
}

/// Closes a file for a close_op or for a file op with file_call::close: what is queued is cancelled, what runs is
/// waited for.
void epoll_kernel::start_file_close(op& closing, handle_id handle) {
  descriptor* file = table_.find(handle, descriptor_kind::file);
  if (file == nullptr || !table_.begin_close(handle)) return finish(closing, errc::bad_handle);
  if (file->file_calls > 0) cancel_file_ops(handle);
  if (file->file_calls == 0) return hand_close_to_pool(closing, handle);
  file->close_wanted = true;
  wait_in(file->closer, closing);
}

/// The last close of a file that has no name left frees its blocks, which can take long: not on the loop's thread.
void epoll_kernel::hand_close_to_pool(op& closing, handle_id handle) {
  TWINLOOP_ASSERT(table_.find(handle) == nullptr);
  pool_.stage(closing);
}

void epoll_kernel::cancel_file_ops(handle_id handle) {
  pool_.withdraw_all(
      [handle](const op& queued) {
        return holds_pin(queued) && static_cast<const file_op&>(queued).request.handle == handle;
      },
      withdrawn_);
  for (op* each : withdrawn_) {
    finish(*each, errc::cancelled);
    settle_file_call(*each);
  }
  withdrawn_.clear();
}

}  // namespace twinloop::real
