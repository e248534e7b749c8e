// Running one op on a pool thread, and asking a running one to stop.
#include "real/pool_call.hpp"

#include <thread>

#include "real/file_calls.hpp"
#include "real/op_phase.hpp"
#include "real/resolve.hpp"
#include "twinloop/work.hpp"

namespace twinloop::real {
namespace {

constexpr auto taken_word = static_cast<std::uint64_t>(op_phase::taken);

/// Moves an op on from `taken`, unless it is unwanted.
bool begin(op& taken, std::uint64_t running_word) {
  std::uint64_t expected = taken_word;
  return phase_word(taken).compare_exchange_strong(expected, running_word, std::memory_order_acq_rel);
}

void end(op& performed, result<std::int64_t> outcome) {
  performed.kernel_word[1] = static_cast<std::uint64_t>(outcome.value_or(0));
  const auto error = static_cast<std::uint64_t>(outcome.error());
  phase_word(performed).store(static_cast<std::uint64_t>(op_phase::done) | error << 8, std::memory_order_release);
}

void run_work(work_op& work, kernel& below) {
  job context(below, work);
  const auto address = reinterpret_cast<std::uint64_t>(&context);
  TWINLOOP_ASSERT((address & job_locked) == 0);
  TWINLOOP_ASSERT(address >= first_address);
  if (!begin(work, address)) return end(work, unexpected(errc::cancelled));
  try {
    work.run(work, context);
  } catch (...) {
    work.failure = std::current_exception();
  }
  // Somebody may just be asking the job to stop: it must outlive that, which is a few instructions.
  constexpr auto done_word = static_cast<std::uint64_t>(op_phase::done);
  work.kernel_word[1] = 0;
  std::uint64_t expected = address;
  while (!phase_word(work).compare_exchange_weak(expected, done_word, std::memory_order_acq_rel)) {
    if ((expected & job_locked) != 0) std::this_thread::yield();
    expected = address;
  }
}

result<std::int64_t> perform_file_op(const file_op& call, descriptor_table& table) {
  const file_request& request = call.request;
  const int fd = needs_handle(request) ? table.pinned(request.handle).fd : -1;
  return perform_file_call(request, fd, table);
}

}  // namespace

bool is_close(const op& pending) {
  if (pending.kind == op_kind::close) return true;
  return pending.kind == op_kind::file && static_cast<const file_op&>(pending).request.call == file_call::close;
}

handle_id closed_handle(const op& closing) {
  TWINLOOP_ASSERT(is_close(closing));
  return closing.kind == op_kind::file ? static_cast<const file_op&>(closing).request.handle : closing.handle;
}

void perform_pool_op(op& taken, kernel& below, descriptor_table& table) {
  if (taken.kind == op_kind::work) return run_work(static_cast<work_op&>(taken), below);
  if (!begin(taken, static_cast<std::uint64_t>(op_phase::running))) return end(taken, unexpected(errc::cancelled));
  if (is_close(taken)) {
    table.end_close(closed_handle(taken));
    return end(taken, 0);
  }
  switch (taken.kind) {
    case op_kind::file:
      return end(taken, perform_file_op(static_cast<const file_op&>(taken), table));
    case op_kind::resolve:
      return end(taken, look_up(static_cast<resolve_op&>(taken)));
    default:
      TWINLOOP_ASSERT(!"an op that goes to the pool");
  }
}

void fail_pool_op(op& unwanted, errc error) { end(unwanted, unexpected(error)); }

void stop_pool_op(op& target) {
  const auto word = phase_word(target);
  std::uint64_t seen = word.load(std::memory_order_acquire);
  if (seen == taken_word && !is_close(target)) {
    if (word.compare_exchange_strong(seen, static_cast<std::uint64_t>(op_phase::unwanted), std::memory_order_acq_rel)) {
      return;
    }
  }
  // A running job, unless it has just ended: hold it while its flag is set.
  if (seen < first_address) return;
  if (!word.compare_exchange_strong(seen, seen | job_locked, std::memory_order_acq_rel)) return;
  reinterpret_cast<job*>(seen)->request_cancel();
  word.store(seen, std::memory_order_release);
}

completion completion_of(op& done) {
  TWINLOOP_ASSERT(phase_of(done) == op_phase::done);
  completion made;
  made.error = static_cast<errc>(phase_word(done).load(std::memory_order_relaxed) >> 8 & 0xff);
  const auto value = static_cast<std::int64_t>(done.kernel_word[1]);
  if (done.kind != op_kind::file) return made;
  const bool opens = static_cast<const file_op&>(done).request.call == file_call::open;
  if (opens) {
    made.aux = static_cast<std::uint64_t>(value);
  } else {
    made.count = value;
  }
  return made;
}

}  // namespace twinloop::real
