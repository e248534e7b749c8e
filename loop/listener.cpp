// TCP listeners: one multishot accept under a policy for pausing and for running out of descriptors.
#include <utility>

#include "loop/close_quietly.hpp"
#include "twinloop/net.hpp"

namespace twinloop {

accepted::accepted(accepted&& other) noexcept : loop_(other.loop_), id_(std::exchange(other.id_, handle_id::none)) {}

accepted::~accepted() { close_quietly(*loop_, id_); }

handle_id accepted::release() { return std::exchange(id_, handle_id::none); }

result<address> accepted::peer() const {
  query_request ask;
  ask.kind = query_kind::peer_address;
  ask.handle = id_;
  if (auto answered = loop_->below().query(ask); !answered) return unexpected(answered.error());
  return ask.endpoint;
}

tcp_listener::tcp_listener(class loop& owner, label name, where made)
    : handle(owner, "tcp_listener", name, made),
      retry_(
          owner, [this] { deactivate(), submit_accept(); }, "accept_retry", made) {
  retry_.unref();  // while it runs the listener is active, with or without a reference
  accept_.self = close_.self = this;
  closed_task_.self = held_task_.self = this;
  accept_.keeps_alive = close_.keeps_alive = false;
  accept_.multishot = true;
  accept_.on_complete = [](op& self, const completion& done) {
    static_cast<accept_op_of&>(self).self->handle_accept(done);
  };
  close_.on_complete = [](op& self, const completion&) {
    tcp_listener& listener = *static_cast<close_op_of&>(self).self;
    listener.loop().close_later(listener.closed_task_, listener.made_by_);
  };
  closed_task_.run = [](task& self) {
    tcp_listener& listener = *static_cast<task_of&>(self).self;
    listener.deactivate();
    if (auto closed = std::exchange(listener.on_closed_, nullptr)) closed();  // may destroy it
  };
  held_task_.run = [](task& self) {
    tcp_listener& listener = *static_cast<task_of&>(self).self;
    listener.deactivate();
    if (listener.paused_ || listener.closing_ || listener.held_.empty()) return;
    accepted first = std::move(listener.held_.front());
    listener.held_.pop_front();
    if (!listener.held_.empty()) listener.deliver_held_later();
    listener.deliver(std::move(first));
  };
}

tcp_listener::~tcp_listener() {
  stop_retry();
  for (op* each : {static_cast<op*>(&accept_), static_cast<op*>(&close_)}) {
    if (each->state == op_state::idle) continue;
    loop().detach(*each);
    deactivate();
  }
  for (task_of* each : {&closed_task_, &held_task_}) {
    if (!each->queued) continue;
    loop().unqueue(*each);
    deactivate();
  }
  close_quietly(loop(), handle_);
}

result<void> tcp_listener::listen(const address& local, unique_function<void(result<accepted>)> on_connection,
                                  listen_options options, where made) {
  TWINLOOP_ASSERT(handle_ == handle_id::none && !closing_);
  TWINLOOP_ASSERT(options.backlog >= 1 && options.backlog <= 4096);
  kernel& below = loop().below();
  query_request ask;
  ask.kind = query_kind::socket;
  ask.family = local.family;
  ask.name = name();
  ask.made = made;
  if (auto answered = below.query(ask); !answered) return answered;
  const handle_id made_handle = static_cast<handle_id>(ask.value);
  ask.handle = made_handle;
  auto step = [&](query_kind kind, socket_option option, std::int64_t value) {
    ask.kind = kind;
    ask.option = option;
    ask.value = value;
    return below.query(ask);
  };
  result<void> done = step(query_kind::set_option, socket_option::reuse_address, 1);
  if (done && options.reuse_port) done = step(query_kind::set_option, socket_option::reuse_port, 1);
  if (done && options.ipv6_only) done = step(query_kind::set_option, socket_option::ipv6_only, 1);
  ask.endpoint = local;
  if (done) done = step(query_kind::bind, socket_option::no_delay, 0);
  if (done) done = step(query_kind::listen, socket_option::no_delay, options.backlog);
  if (!done) {
    close_quietly(loop(), made_handle);
    return done;
  }
  handle_ = made_handle;
  on_connection_ = std::move(on_connection);
  retry_after_ = options.retry_after;
  made_by_ = made;
  submit_accept();
  return {};
}

result<address> tcp_listener::local() const {
  query_request ask;
  ask.kind = query_kind::local_address;
  ask.handle = handle_;
  if (auto answered = loop().below().query(ask); !answered) return unexpected(answered.error());
  return ask.endpoint;
}

void tcp_listener::submit_accept() {
  if (closing_ || paused_ || handle_ == handle_id::none || accept_.state != op_state::idle) return;
  accept_.handle = handle_;
  accept_.name = name();
  activate();
  accept_.made.touches = handle::made().touches;
  loop().submit(accept_, made_by_);
}

void tcp_listener::handle_accept(const completion& done) {
  const bool ended = (done.flags & flag_more) == 0;
  if (ended) deactivate();
  const bool exhausted = done.error == errc::too_many_handles || done.error == errc::out_of_memory;
  if (ended && exhausted && !closing_ && !paused_) {
    retry_.start(retry_after_);
    activate();
  } else if (ended && done.error != errc::bad_handle) {
    submit_accept();
  }
  if (done.error == errc::cancelled) return;
  if (done.error != errc::ok) {
    if (!closing_) deliver(unexpected(done.error));
    return;
  }
  accepted connection(loop(), static_cast<handle_id>(done.aux));
  if (closing_) return;
  if (paused_ || !held_.empty()) {
    held_.push_back(std::move(connection));
    return;
  }
  deliver(std::move(connection));
}

void tcp_listener::stop_retry() {
  if (!retry_.active()) return;
  retry_.stop();
  deactivate();
}

void tcp_listener::deliver(result<accepted> outcome) { on_connection_(std::move(outcome)); }

void tcp_listener::deliver_held_later() {
  if (held_task_.queued) return;
  activate();
  loop().next_tick(held_task_, made_by_);
}

void tcp_listener::pause() {
  if (paused_) return;
  paused_ = true;
  stop_retry();
  if (accept_.state != op_state::idle) loop().cancel(accept_);
}

void tcp_listener::resume() {
  if (!paused_) return;
  paused_ = false;
  if (!held_.empty()) deliver_held_later();
  submit_accept();
}

void tcp_listener::close(unique_function<void()> closed, where made) {
  TWINLOOP_ASSERT(!closing_);
  closing_ = true;
  on_closed_ = std::move(closed);
  made_by_ = made;
  stop_retry();
  held_.clear();
  activate();
  if (handle_ == handle_id::none) {
    loop().close_later(closed_task_, made);
    return;
  }
  close_.handle = std::exchange(handle_, handle_id::none);
  close_.name = name();
  close_.made.touches = handle::made().touches;
  loop().submit(close_, made);
}

}  // namespace twinloop
