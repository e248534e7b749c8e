// The receiving side of a stream: continuous reads from pooled buffers, single reads into a given one.
//
// A read that was stopped is cancelled; if its data won the race, it is held, and whoever reads next gets it first.
#include <algorithm>
#include <cstring>
#include <utility>

#include "twinloop/net.hpp"

namespace twinloop {

void tcp_stream::read_start(buffer_pool* pool, where made) {
  TWINLOOP_ASSERT(on_read_ && !on_read_into_);
  if (reading_ || closing_) return;
  reading_ = true;
  made_by_ = made;
  wanted_pool_ = pool != nullptr ? pool : &loop().read_buffers();
  if (held_read_.target != nullptr) return serve_held_read_later();
  if (recv_.state == op_state::idle && connected_) submit_read();
}

void tcp_stream::read_stop() {
  reading_ = false;
  if (recv_.state != op_state::idle && recv_.pool != nullptr) loop().cancel(recv_);
}

void tcp_stream::read_into(std::span<std::byte> buffer, unique_function<void(errc, std::size_t)> done, where made) {
  TWINLOOP_ASSERT(!reading_ && !on_read_into_);
  TWINLOOP_ASSERT(!buffer.empty() && done);
  on_read_into_ = std::move(done);
  read_buffer_ = buffer;
  made_by_ = made;
  if (held_read_.target != nullptr) return serve_held_read_later();
  // Else a stopped read is on its way back, or the connection is: they go on with it.
  if (recv_.state == op_state::idle && connect_.state == op_state::idle) submit_read();
}

/// Starts what is wanted: a single read, or the next of the continuous ones.
void tcp_stream::submit_read() {
  recv_.buffer = {};
  recv_.pool = nullptr;
  if (on_read_into_) {
    recv_.buffer = read_buffer_;
  } else {
    recv_.pool = pool_ = wanted_pool_;
  }
  recv_.handle = handle_;
  recv_.name = name();
  activate();
  recv_.made.touches = handle::made().touches;
  loop().submit(recv_, made_by_);
}

void tcp_stream::handle_read(const completion& done) {
  deactivate();
  if (recv_.pool == nullptr) return finish_read_into(done.error, static_cast<std::size_t>(done.count));
  if (done.error == errc::cancelled && done.count == 0) {
    if (closing_ && on_read_into_) return finish_read_into(errc::cancelled, 0);
    if (!closing_ && (reading_ || on_read_into_)) submit_read();  // stopped and started again meanwhile
    return;
  }
  if (reading_ && !closing_) return deliver_read(done);
  held_read_ = done;  // it won against the cancel
  if (closing_) drop_held_read();
  if (on_read_into_) serve_held_read();
}

void tcp_stream::finish_read_into(errc error, std::size_t count) {
  if (error == errc::bad_handle && handle_ == handle_id::none) error = closing_ ? errc::cancelled : errc::not_connected;
  std::exchange(on_read_into_, nullptr)(error, count);  // may destroy it
}

void tcp_stream::serve_held_read_later() {
  if (held_read_task_.queued) return;
  activate();
  loop().next_tick(held_read_task_, made_by_);
}

/// Gives what is held to whoever reads now, if anybody still does.
void tcp_stream::serve_held_read() {
  if (on_read_into_) {
    if (held_read_.target == nullptr) return finish_read_into(errc::cancelled, 0);  // closed meanwhile
    const completion held = held_read_;
    std::size_t count = 0;
    if (held.count > 0) {
      const std::span<std::byte> rest =
          pool_->bytes(static_cast<std::uint32_t>(held.aux), static_cast<std::size_t>(held.count)).subspan(held_used_);
      count = std::min(rest.size(), read_buffer_.size());
      std::memcpy(read_buffer_.data(), rest.data(), count);
      held_used_ += count;
      if (count == rest.size()) drop_held_read();
    } else {
      drop_held_read();
    }
    return finish_read_into(held.error, count);
  }
  if (reading_ && held_read_.target != nullptr) deliver_read(std::exchange(held_read_, completion{}));
}

void tcp_stream::drop_held_read() {
  if (held_read_.target != nullptr && held_read_.count > 0) {
    pool_->give_back(static_cast<std::uint32_t>(held_read_.aux));
  }
  held_read_ = {};
  held_used_ = 0;
}

void tcp_stream::deliver_read(const completion& done) {
  const bool over = done.error != errc::ok || (done.flags & flag_eof) != 0;
  if (over) {
    reading_ = false;
    if (done.error != errc::ok) {
      on_read_(unexpected(done.error));  // may destroy it
    } else {
      on_read_(std::span<std::byte>{});
    }
    return;
  }
  bool destroyed = false;
  const auto go_on = [&] {
    if (destroyed || !reading_ || closing_ || recv_.state != op_state::idle || held_read_.target != nullptr) return;
    submit_read();
  };
  try {
    call_reader(done, destroyed);
  } catch (...) {
    go_on();  // an exception stops the loop, not the stream
    throw;
  }
  go_on();
}

/// Runs on_read_ with the bytes of a pooled buffer, which is given back also when it throws or destroys the stream.
void tcp_stream::call_reader(const completion& done, bool& destroyed) {
  struct watch {
    tcp_stream* stream;
    bool* destroyed;
    bool* before;
    watch(tcp_stream* watched, bool* flag) : stream(watched), destroyed(flag), before(watched->destroyed_) {
      stream->destroyed_ = flag;
    }
    ~watch() {
      if (!*destroyed) stream->destroyed_ = before;
      if (*destroyed && before != nullptr) *before = true;
    }
  } guard(this, &destroyed);
  struct returned_buffer {
    buffer_pool* pool;
    std::uint32_t index;
    ~returned_buffer() { pool->give_back(index); }
  } buffer{pool_, static_cast<std::uint32_t>(done.aux)};
  const auto bytes = buffer.pool->bytes(buffer.index, static_cast<std::size_t>(done.count));
  on_read_(bytes.subspan(std::exchange(held_used_, 0)));
}

}  // namespace twinloop
