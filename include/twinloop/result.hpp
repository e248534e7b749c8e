// Outcomes: one closed, OS-neutral set of errors, and a value-or-error with std::expected's names.
//
//   result<std::size_t> read = file.read_now(...);
//   if (!read) return report(read.error());        // read.error() is an errc
//   std::error_code code = read.error();           // and converts to std::error_code
//
// Every operation documents which of these it can give; the simulated kernel gives no others, and a seed therefore
// replays on any operating system. The order of the enumerators is part of the replay format: append only.
#ifndef TWINLOOP_RESULT_HPP
#define TWINLOOP_RESULT_HPP

#include <cstdint>
#include <system_error>
#include <utility>
#include <variant>

#include "twinloop/assert.hpp"

namespace twinloop {

enum class errc : std::uint8_t {
  ok = 0,
  cancelled,            ///< the operation was cancelled, or its handle closed; the byte count is still true
  would_block,          ///< a non-blocking call has nothing to give now (query and block only, never a completion)
  invalid_argument,     ///< a parameter is outside its documented range
  bad_handle,           ///< the handle is closed, of another kind, or never existed
  not_found,            ///< no such file or directory
  already_exists,       ///< the path exists and the call asked that it does not
  access_denied,        ///< permission denied
  not_a_directory,      ///< a component of the path is no directory
  is_a_directory,       ///< the path is a directory and the call needs a file
  directory_not_empty,  ///< rmdir or rename onto a directory that has entries
  no_space,             ///< the disk or quota is full
  read_only,            ///< the file system is read-only
  too_many_handles,     ///< the process or the system is out of file descriptors (EMFILE, ENFILE)
  out_of_memory,        ///< the kernel is out of memory or buffers (ENOMEM, ENOBUFS)
  input_output,         ///< the device failed (EIO); after a failed sync the data may be gone
  file_too_large,       ///< beyond the file system's limit
  name_too_long,        ///< a path component or path is too long
  too_many_links,       ///< a loop of symbolic links, or too many hard links
  cross_device,         ///< rename between file systems
  busy,                 ///< in use by the system
  address_in_use,       ///< bind or listen: someone else has the port
  address_unavailable,  ///< bind: not an address of this host; connect: no free local port
  connection_refused,   ///< nobody listens there
  connection_reset,     ///< the peer reset the connection
  connection_aborted,   ///< the connection was given up locally
  broken_pipe,          ///< sending after shutdown, or to a peer that is gone
  not_connected,        ///< the socket has no peer
  already_connected,    ///< the socket has one
  host_unreachable,     ///< no route to the host
  network_unreachable,  ///< no route to the network
  timed_out,            ///< no answer in time
  message_too_large,    ///< a datagram above the limit
  no_buffers,           ///< a pooled receive found its buffer pool empty; the data stays in the kernel
  name_not_found,       ///< resolve: the name does not exist or has no address
  name_try_again,       ///< resolve: the name server gave no answer this time
  not_supported,        ///< this platform cannot do that (see kernel::caps)
  other,                ///< an error outside this set; the real kernel prints its number once
};

/// The category of errc in std::error_code; its messages are full sentences a user can act on.
const std::error_category& error_category() noexcept;
inline std::error_code make_error_code(errc error) noexcept { return {static_cast<int>(error), error_category()}; }
/// The message of `error`; a string literal.
const char* message(errc error) noexcept;
/// The enumerator's name, as in "connection_reset"; a string literal.
const char* name(errc error) noexcept;

/// The wrapper that makes a result hold an error: `return unexpected(errc::not_found);`
class unexpected {
 public:
  constexpr explicit unexpected(errc error) : error_(error) {}
  constexpr errc error() const { return error_; }

 private:
  errc error_;
};

/// A value or an errc. The names are std::expected's, so that it can become an alias one day. Reading the value of a
/// result that holds an error is a broken contract.
template <class Value>
class [[nodiscard]] result {
 public:
  result(Value value) : state_(std::in_place_index<0>, std::move(value)) {}
  result(unexpected failure) : state_(std::in_place_index<1>, failure.error()) {
    TWINLOOP_ASSERT(failure.error() != errc::ok);
  }

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  errc error() const { return has_value() ? errc::ok : *std::get_if<1>(&state_); }
  Value& value() & { return *checked(); }
  const Value& value() const& { return *const_cast<result*>(this)->checked(); }
  Value&& value() && { return std::move(*checked()); }
  Value& operator*() & { return *checked(); }
  const Value& operator*() const& { return *const_cast<result*>(this)->checked(); }
  Value&& operator*() && { return std::move(*checked()); }
  Value* operator->() { return checked(); }
  const Value* operator->() const { return const_cast<result*>(this)->checked(); }
  Value value_or(Value fallback) const& { return has_value() ? *std::get_if<0>(&state_) : std::move(fallback); }

 private:
  Value* checked() {
    TWINLOOP_ASSERT(has_value());
    return std::get_if<0>(&state_);
  }
  std::variant<Value, errc> state_;
};

template <>
class [[nodiscard]] result<void> {
 public:
  result() = default;
  result(unexpected failure) : error_(failure.error()) { TWINLOOP_ASSERT(error_ != errc::ok); }
  bool has_value() const { return error_ == errc::ok; }
  explicit operator bool() const { return has_value(); }
  errc error() const { return error_; }
  void value() const { TWINLOOP_ASSERT(has_value()); }

 private:
  errc error_ = errc::ok;
};

}  // namespace twinloop

template <>
struct std::is_error_code_enum<twinloop::errc> : std::true_type {};

#endif
