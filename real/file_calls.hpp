// File system calls, performed by the calling thread.
#ifndef TWINLOOP_REAL_FILE_CALLS_HPP
#define TWINLOOP_REAL_FILE_CALLS_HPP

#include "real/descriptor_table.hpp"
#include "twinloop/op.hpp"

namespace twinloop::real {

/// Whether `request` works on a handle (and not on a path).
bool needs_handle(const file_request& request);

/// Performs any call but close: count for transfers, the handle_id for open, else 0. `fd` is that of the handle, which
/// the caller keeps open, or -1 for calls on paths. *any thread*
result<std::int64_t> perform_file_call(const file_request& request, int fd, descriptor_table& table);

/// The same, looking the handle up and with close. *any thread*
result<std::int64_t> perform_blocking(const file_request& request, descriptor_table& table);

/// Reads if that needs no waiting for a device: the count, 0 at the end of the file, or would_block (then the pool
/// has to), or not_supported: this file system cannot tell.
result<std::int64_t> read_without_waiting(const file_request& request, int fd);

}  // namespace twinloop::real

#endif
