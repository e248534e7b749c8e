// TCP streams: life, connecting, closing. Reading stands in stream_read.cpp, writing in stream_write.cpp.
#include <utility>

#include "loop/close_quietly.hpp"
#include "loop/write_request.hpp"
#include "twinloop/net.hpp"

namespace twinloop {

tcp_stream::tcp_stream(class loop& owner, label name, where made) : handle(owner, "tcp_stream", name, made) {
  bind_operations();
}

tcp_stream::tcp_stream(class loop& owner, accepted&& peer, label name, where made)
    : handle(owner, "tcp_stream", name, made), handle_(peer.release()), connected_(true) {
  bind_operations();
}

void tcp_stream::bind_operations() {
  recv_.self = send_.self = connect_.self = shutdown_.self = close_.self = this;
  for (op* each : {static_cast<op*>(&recv_), static_cast<op*>(&send_), static_cast<op*>(&connect_),
                   static_cast<op*>(&shutdown_), static_cast<op*>(&close_)}) {
    each->keeps_alive = false;  // the handle's activity does that, so that unref works
  }
  recv_.on_complete = [](op& self, const completion& done) {
    static_cast<op_of<recv_op>&>(self).self->handle_read(done);
  };
  send_.on_complete = [](op& self, const completion& done) {
    static_cast<op_of<send_op>&>(self).self->handle_send(done);
  };
  connect_.on_complete = [](op& self, const completion& done) {
    static_cast<op_of<connect_op>&>(self).self->handle_connected(done);
  };
  shutdown_.on_complete = [](op& self, const completion& done) {
    static_cast<op_of<shutdown_op>&>(self).self->handle_shutdown(done.error);
  };
  close_.on_complete = [](op& self, const completion&) { static_cast<op_of<close_op>&>(self).self->handle_closed(); };
  closed_task_.self = connect_failed_task_.self = settle_task_.self = held_read_task_.self = this;
  closed_task_.run = [](task& self) {
    tcp_stream& stream = *static_cast<task_of&>(self).self;
    stream.deactivate();
    if (auto closed = std::exchange(stream.on_closed_, nullptr)) closed();  // may destroy it
  };
  connect_failed_task_.run = [](task& self) {
    tcp_stream& stream = *static_cast<task_of&>(self).self;
    stream.deactivate();
    stream.handle_connect(stream.connect_error_);
  };
  settle_task_.run = [](task& self) {
    tcp_stream& stream = *static_cast<task_of&>(self).self;
    stream.deactivate();
    stream.run_settled();
  };
  held_read_task_.run = [](task& self) {
    tcp_stream& stream = *static_cast<task_of&>(self).self;
    stream.deactivate();
    stream.serve_held_read();
  };
}

tcp_stream::~tcp_stream() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  for (op* each : {static_cast<op*>(&recv_), static_cast<op*>(&send_), static_cast<op*>(&connect_),
                   static_cast<op*>(&shutdown_), static_cast<op*>(&close_)}) {
    if (each->state == op_state::idle) continue;
    loop().detach(*each);
    deactivate();
  }
  for (task_of* each : {&closed_task_, &connect_failed_task_, &settle_task_, &held_read_task_}) {
    if (!each->queued) continue;
    loop().unqueue(*each);
    deactivate();
  }
  drop_held_read();
  close_quietly(loop(), handle_);
  auto drop = [](write_request* first) {
    while (first != nullptr) delete std::exchange(first, first->next);
  };
  drop(first_write_);
  drop(first_settled_);
  drop(free_requests_);
}

void tcp_stream::connect(const address& target, unique_function<void(errc)> done, connect_options options, where made) {
  TWINLOOP_ASSERT(handle_ == handle_id::none);
  TWINLOOP_ASSERT(!on_connect_ && !closing_);
  on_connect_ = std::move(done);
  query_request ask;
  ask.kind = query_kind::socket;
  ask.family = target.family;
  ask.name = name();
  ask.made = made;
  activate();
  if (auto answered = loop().below().query(ask); !answered) {
    connect_error_ = answered.error();
    loop().next_tick(connect_failed_task_, made);
    return;
  }
  handle_ = static_cast<handle_id>(ask.value);
  connect_.handle = handle_;
  connect_.target = target;
  connect_.name = name();
  if (options.timeout > duration::zero()) {
    connect_timer_ = std::make_unique<timer>(
        loop(),
        [this] {
          connect_timed_out_ = true;
          if (connect_.state != op_state::idle) loop().cancel(connect_);
        },
        "connect_timeout", made);
    connect_timer_->unref();
    connect_timer_->start(options.timeout);
  }
  connect_.made.touches = handle::made().touches;
  loop().submit(connect_, made);
}

void tcp_stream::handle_connected(const completion& done) {
  deactivate();
  if (connect_timer_) connect_timer_->stop();
  handle_connect(done.error == errc::cancelled && connect_timed_out_ ? errc::timed_out : done.error);
}

void tcp_stream::handle_connect(errc error) {
  connected_ = error == errc::ok;
  if (connected_) {
    if ((reading_ || on_read_into_) && recv_.state == op_state::idle && !closing_) submit_read();
    submit_send();
    submit_shutdown_when_drained();
  } else {
    if (!closing_) {
      close_quietly(loop(), handle_);  // the stream can connect again
      handle_ = handle_id::none;
    }
    connect_timed_out_ = false;
    fail_writes(error);
    if (first_settled_ != nullptr) settle_later();
    submit_shutdown_when_drained();
    if (on_read_into_ && recv_.state == op_state::idle && !closing_) submit_read();  // to hear that it cannot be
  }
  if (auto done = std::exchange(on_connect_, nullptr)) done(error);  // may destroy it
}

void tcp_stream::close(unique_function<void()> closed, where made) { start_close(std::move(closed), false, made); }

void tcp_stream::close_reset(unique_function<void()> closed, where made) { start_close(std::move(closed), true, made); }

void tcp_stream::start_close(unique_function<void()> closed, bool reset, where made) {
  TWINLOOP_ASSERT(!closing_);
  closing_ = true;
  reading_ = false;
  on_closed_ = std::move(closed);
  if (connect_timer_) connect_timer_->stop();
  activate();
  drop_held_read();
  if (on_read_into_ && recv_.state == op_state::idle) serve_held_read_later();
  if (handle_ == handle_id::none) {
    fail_writes(errc::cancelled);
    if (on_shutdown_ && shutdown_error_ == errc::ok) shutdown_error_ = errc::cancelled;
    if (first_settled_ != nullptr || on_shutdown_) settle_later();
    loop().close_later(closed_task_, made);
    return;
  }
  close_.handle = std::exchange(handle_, handle_id::none);
  close_.reset = reset;
  close_.name = name();
  close_.made.touches = handle::made().touches;
  loop().submit(close_, made);
}

/// Everything else of this stream has completed: what was still queued is cancelled, then the closing callback queued.
void tcp_stream::handle_closed() {
  fail_writes(errc::cancelled);
  loop().close_later(closed_task_, made_by_);
  if (on_shutdown_) shutdown_error_ = errc::cancelled;
  run_settled();
}

namespace {
result<address> ask_address(kernel& below, query_kind kind, handle_id of) {
  query_request ask;
  ask.kind = kind;
  ask.handle = of;
  if (auto answered = below.query(ask); !answered) return unexpected(answered.error());
  return ask.endpoint;
}
}  // namespace

result<address> tcp_stream::local() const { return ask_address(loop().below(), query_kind::local_address, handle_); }
result<address> tcp_stream::peer() const { return ask_address(loop().below(), query_kind::peer_address, handle_); }

result<void> tcp_stream::no_delay(bool on) { return set_option(socket_option::no_delay, on ? 1 : 0); }

result<void> tcp_stream::set_option(socket_option option, std::int64_t value) {
  query_request ask;
  ask.kind = query_kind::set_option;
  ask.handle = handle_;
  ask.option = option;
  ask.value = value;
  return loop().below().query(ask);
}

result<std::int64_t> tcp_stream::get_option(socket_option option) const {
  query_request ask;
  ask.kind = query_kind::get_option;
  ask.handle = handle_;
  ask.option = option;
  if (auto answered = loop().below().query(ask); !answered) return unexpected(answered.error());
  return ask.value;
}

}  // namespace twinloop
