// What a pool thread does with one op.
#ifndef TWINLOOP_REAL_POOL_CALL_HPP
#define TWINLOOP_REAL_POOL_CALL_HPP

#include "real/descriptor_table.hpp"
#include "twinloop/kernel.hpp"
#include "twinloop/op.hpp"

namespace twinloop::real {

/// Whether an op closes a handle: one of these is always carried out, cancelled or not.
bool is_close(const op& pending);
/// The handle that it closes.
handle_id closed_handle(const op& closing);

/// Performs an op in phase `taken` on the calling thread and leaves it in phase `done`; one that has become
/// `unwanted` is not performed and ends as cancelled.
void perform_pool_op(op& taken, kernel& below, descriptor_table& table);

/// Ends an op that is not going to be performed.
void fail_pool_op(op& unwanted, errc error);

/// Asks for the end of an op that a worker has: see thread_pool::ask_to_stop. *any thread*
void stop_pool_op(op& target);

/// The completion of an op in phase `done`.
completion completion_of(op& done);

}  // namespace twinloop::real

#endif
