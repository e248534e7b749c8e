// Drives a real kernel through the seam as a loop would, one wait at a time, and keeps what came out.
#ifndef TWINLOOP_TESTS_UNIT_REAL_DRIVER_HPP
#define TWINLOOP_TESTS_UNIT_REAL_DRIVER_HPP

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "twinloop/kernel.hpp"
#include "twinloop/real.hpp"

namespace twinloop::real {

class driver {
 public:
  explicit driver(kernel_options options = {}) : owned_(make_kernel(options)) {}
  /// Cancels nothing: a test ends with all of its ops idle.
  ~driver() = default;

  kernel& below() { return *owned_; }
  /// Every completion so far, in delivery order.
  const std::vector<completion>& log() const { return log_; }

  void submit(op& started);
  void cancel(op& pending) { below().cancel(pending, cancel_mode::request); }
  void detach(op& pending);
  /// One wait; completed ops become idle. The number of completions.
  std::size_t wait(time_point deadline);
  std::size_t poll() { return wait(below().now(false)); }
  /// Waits until `pending` has completed; its last completion.
  completion finish(op& pending);
  /// submit and finish.
  completion perform(op& started);
  /// The completions of one op so far.
  std::vector<completion> completions_of(const op& target) const;
  bool woken() const { return woken_; }

  handle_id make_socket(address_family family);
  /// A listening socket on a free loopback port; the address goes to `bound`.
  handle_id make_listener(address_family family, address& bound, std::int64_t backlog = 128);
  /// A connection through `listener`: the connecting and the accepted end.
  struct ends {
    handle_id near;
    handle_id far;
  };
  ends connect(handle_id listener, const address& bound);
  ends connect(address_family family);
  void close(handle_id handle);
  /// Sends all of `text`.
  void send_text(handle_id to, std::string_view text);
  result<void> query(query_request& call) { return below().query(call); }

 private:
  kernel_pointer owned_;
  std::vector<completion> log_;
  bool woken_ = false;
};

inline std::span<std::byte> bytes_of(std::span<char> text) { return std::as_writable_bytes(text); }

}  // namespace twinloop::real

#endif
