// The sending side of a stream: a queue of writes over the one send that may cross the seam.
#include <utility>

#include "loop/write_request.hpp"
#include "twinloop/net.hpp"

namespace twinloop {

write_request& tcp_stream::make_request() {
  if (free_requests_ == nullptr) return *new write_request;
  write_request& reused = *free_requests_;
  free_requests_ = reused.next;
  return reused;
}

void tcp_stream::release_request(write_request& request) {
  request.owned.clear();
  request.bytes = {};
  request.taken = 0;
  request.error = errc::ok;
  request.cancelled = false;
  request.done = nullptr;
  request.next = free_requests_;
  free_requests_ = &request;
}

void tcp_stream::write(std::span<const std::byte> bytes, unique_function<void(errc, std::size_t)> done, where made) {
  write_request& request = make_request();
  request.bytes = bytes;
  request.done = std::move(done);
  enqueue(request, made);
}

void tcp_stream::write(std::string bytes, unique_function<void(errc, std::size_t)> done, where made) {
  write_request& request = make_request();
  request.owned = std::move(bytes);
  request.bytes = std::as_bytes(std::span(request.owned));
  request.done = std::move(done);
  enqueue(request, made);
}

void tcp_stream::enqueue(write_request& request, where made) {
  made_by_ = made;
  request.next = nullptr;
  (last_write_ != nullptr ? last_write_->next : first_write_) = &request;
  last_write_ = &request;
  queued_bytes_ += request.bytes.size();
  if (queued_bytes_ >= high_water_) above_high_ = true;
  const bool connecting = connect_.state != op_state::idle;
  if (closing_ || shutdown_wanted_ || sending_ended_ || (!connected_ && !connecting)) {
    request.cancelled = true;
    request.error = closing_ ? errc::cancelled : connected_ ? errc::broken_pipe : errc::not_connected;
  }
  if (connecting || send_.state != op_state::idle) return;
  submit_send();
  if (first_settled_ != nullptr) settle_later();
}

/// Gathers what is queued into one send. Requests that need none (cancelled or empty) are settled on the way.
void tcp_stream::submit_send() {
  if (send_.state != op_state::idle) return;
  while (first_write_ != nullptr && (first_write_->cancelled || first_write_->bytes.empty())) {
    settle_first_write(first_write_->cancelled && first_write_->error == errc::ok ? errc::cancelled
                                                                                  : first_write_->error);
  }
  if (first_write_ == nullptr || !connected_ || handle_ == handle_id::none) return;
  std::size_t count = 0;
  for (write_request* each = first_write_; each != nullptr && count < slices_max; each = each->next) {
    if (each->cancelled) break;
    slices_[count++] = {each->bytes.data() + each->taken, each->bytes.size() - each->taken};
  }
  send_.slices = std::span<const io_slice>(slices_, count);
  send_.handle = handle_;
  send_.name = name();
  activate();
  send_.made.touches = handle::made().touches;
  loop().submit(send_, made_by_);
}

void tcp_stream::handle_send(const completion& done) {
  deactivate();
  take_sent(static_cast<std::size_t>(done.count));
  if (done.error != errc::ok) {
    if (done.error != errc::cancelled) sending_ended_ = true;
    if (done.error != errc::cancelled || closing_) fail_writes(done.error);
  }
  submit_send();
  submit_shutdown_when_drained();
  run_settled();
}

/// Counts `count` bytes towards the oldest writes and settles those that are complete.
void tcp_stream::take_sent(std::size_t count) {
  TWINLOOP_ASSERT(count <= queued_bytes_);
  queued_bytes_ -= count;
  while (first_write_ != nullptr) {
    const std::size_t open = first_write_->bytes.size() - first_write_->taken;
    const std::size_t part = count < open ? count : open;
    first_write_->taken += part;
    count -= part;
    if (part < open) break;
    settle_first_write(errc::ok);
    if (count == 0) break;
  }
  TWINLOOP_ASSERT(count == 0);
}

/// Moves the oldest write to those whose callbacks are to run.
void tcp_stream::settle_first_write(errc error) {
  write_request& request = *first_write_;
  first_write_ = request.next;
  if (first_write_ == nullptr) last_write_ = nullptr;
  request.error = error;
  queued_bytes_ -= request.bytes.size() - request.taken;
  request.next = nullptr;
  (last_settled_ != nullptr ? last_settled_->next : first_settled_) = &request;
  last_settled_ = &request;
}

void tcp_stream::fail_writes(errc error) {
  while (first_write_ != nullptr) {
    const bool own = first_write_->cancelled && first_write_->error != errc::ok;
    settle_first_write(own ? first_write_->error : error);
  }
}

/// For errors found inside a call: the callbacks run once it has returned.
void tcp_stream::settle_later() {
  if (settle_task_.queued) return;
  activate();
  loop().next_tick(settle_task_, made_by_);
}

/// Runs the callbacks of settled writes, each as a callback of its own, then those of a shutdown that cannot be and of
/// a queue that fell to its low mark. Any of them may destroy the stream or throw; what is left after a throw runs as a
/// next tick.
void tcp_stream::run_settled() {
  bool destroyed = false;
  bool* before = std::exchange(destroyed_, &destroyed);
  struct scope {
    tcp_stream* stream;
    bool* destroyed;
    bool* before;
    ~scope() {
      if (*destroyed) {
        if (before != nullptr) *before = true;
        return;
      }
      stream->destroyed_ = before;
      if (stream->first_settled_ != nullptr || stream->shutdown_error_ != errc::ok) stream->settle_later();
    }
  } guard{this, &destroyed, before};
  while (!destroyed && first_settled_ != nullptr) {
    write_request& request = *first_settled_;
    first_settled_ = request.next;
    if (first_settled_ == nullptr) last_settled_ = nullptr;
    auto done = std::move(request.done);
    const errc error = request.error;
    const std::size_t taken = request.taken;
    release_request(request);
    if (done) loop().nested_callback([&] { done(error, taken); });
  }
  if (destroyed) return;
  if (shutdown_error_ != errc::ok) {
    const errc error = std::exchange(shutdown_error_, errc::ok);
    if (!connected_) shutdown_wanted_ = false;  // a later connection may be shut down again
    if (auto done = std::exchange(on_shutdown_, nullptr)) loop().nested_callback([&] { done(error); });
  }
  if (destroyed || !above_high_ || queued_bytes_ > low_water_) return;
  above_high_ = false;
  if (on_drain_ && !closing_) loop().nested_callback([&] { on_drain_(); });
}

void tcp_stream::watermarks(std::size_t high, std::size_t low) {
  TWINLOOP_ASSERT(low < high);
  high_water_ = high;
  low_water_ = low;
  above_high_ = queued_bytes_ >= high;
}

void tcp_stream::cancel_writes() {
  for (write_request* each = first_write_; each != nullptr; each = each->next) each->cancelled = true;
  if (send_.state != op_state::idle) {
    loop().cancel(send_);
  } else {
    submit_send();
    if (first_settled_ != nullptr) settle_later();
  }
}

void tcp_stream::shutdown(unique_function<void(errc)> done, where made) {
  TWINLOOP_ASSERT(!shutdown_wanted_ && !closing_);
  shutdown_wanted_ = true;
  on_shutdown_ = std::move(done);
  made_by_ = made;
  submit_shutdown_when_drained();
}

void tcp_stream::submit_shutdown_when_drained() {
  if (!shutdown_wanted_ || shutdown_submitted_ || closing_) return;
  if (first_write_ != nullptr || send_.state != op_state::idle) return;
  if (connect_.state != op_state::idle || connect_failed_task_.queued) return;
  if (!connected_) {
    shutdown_error_ = errc::not_connected;
    settle_later();
    return;
  }
  shutdown_submitted_ = true;
  shutdown_.handle = handle_;
  shutdown_.name = name();
  activate();
  shutdown_.made.touches = handle::made().touches;
  loop().submit(shutdown_, made_by_);
}

void tcp_stream::handle_shutdown(errc error) {
  deactivate();
  if (auto done = std::exchange(on_shutdown_, nullptr)) done(error);  // may destroy it
}

}  // namespace twinloop
