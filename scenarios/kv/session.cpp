// The life of a session: serving; ending (no more requests, replies still to go); lingering (all sent, waiting for the
// peer to close, since closing with unread input would reset the connection and could take the last replies with it).
#include "scenarios/kv/session.hpp"

#include "scenarios/kv/commands.hpp"
#include "scenarios/kv/reply.hpp"
#include "twinloop/assert.hpp"

namespace kv {
namespace {
/// How long a peer may take to read its last replies and to close.
constexpr twinloop::duration patience = std::chrono::seconds(1);
}  // namespace

session::session(session_owner& owner, twinloop::loop& loop, twinloop::accepted&& peer, std::uint64_t number)
    : owner_(owner),
      number_(number),
      parser_(owner.settings().limits),
      patience_(
          loop, [this] { close(); }, "session patience"),
      stream_(loop, std::move(peer), "session") {
  std::size_t limit = owner.settings().output_limit;
  stream_.watermarks(limit, limit / 4);
  stream_.on_drain([this] { process(); });
  stream_.on_read([this](twinloop::result<std::span<std::byte>> data) { take(data); });
  (void)stream_.no_delay(true);  // replies go out whole; without it a pipeline would wait for acknowledgements
  update_reading();
}

void session::take(twinloop::result<std::span<std::byte>> data) {
  if (!data) return close();  // reset by the peer: nobody is there to read replies
  if (state_ == state::lingering) {
    if (data->empty()) close();
    return;
  }
  peer_done_ = data->empty();
  parser_.feed({reinterpret_cast<const char*>(data->data()), data->size()});
  process();
}

void session::process() {
  while (state_ == state::serving && !blocked()) {
    resp_parser::outcome reached = parser_.next();
    if (reached == resp_parser::outcome::incomplete) {
      if (peer_done_) state_ = state::ending;
      break;
    }
    if (reached == resp_parser::outcome::request) {
      run_request(parser_.arguments());
      continue;
    }
    std::size_t before = replies_.size();
    reply_error(replies_, "ERR " + parser_.error());
    hold_from(before, 0);
    state_ = state::ending;
  }
  flush();
  update_reading();
}

void session::run_request(std::span<const std::string_view> arguments) {
  std::size_t before = replies_.size();
  command_call call{arguments, owner_.data(), owner_.settings(), replies_, number_};
  execute(call);
  hold_from(before, call.uses_data ? owner_.data().dependency() : 0);
  if (call.close) state_ = state::ending;
  if (call.shutdown) owner_.shut_down();
}

/// The replies behind `size_before` wait for `position`.
void session::hold_from(std::size_t size_before, std::uint64_t position) {
  if (owner_.settings().broken.reply_overtakes && position > 0 && position <= owner_.data().log().durable()) {
    // The bug: nothing to wait for, so off it goes, whatever waits in front of it.
    std::string ready = replies_.substr(size_before);
    replies_.resize(size_before);
    return write(std::move(ready));
  }
  std::uint64_t end = released_ + replies_.size();
  if (!holds_.empty() && holds_.back().position >= position) {
    holds_.back().end = end;
  } else {
    holds_.push_back({position, end});
  }
}

bool session::blocked() {
  const options& settings = owner_.settings();
  return stream_.above_high_water() || replies_.size() >= settings.output_limit ||
         owner_.data().log().backlog_bytes() >= settings.backlog_limit;
}

/// Gives the stream all replies whose data is durable, in order, in one write.
void session::flush() {
  if (state_ == state::lingering || state_ == state::closed) return;
  std::uint64_t durable = owner_.data().log().durable();
  std::uint64_t end = released_;
  while (!holds_.empty() && holds_.front().position <= durable) {
    end = holds_.front().end;
    holds_.pop_front();
  }
  if (end > released_) {
    std::size_t size = end - released_;
    released_ = end;
    if (size == replies_.size()) {
      write(std::exchange(replies_, {}));
    } else {
      write(replies_.substr(0, size));
      replies_.erase(0, size);
    }
  }
  if (state_ == state::ending && holds_.empty()) linger();
}

void session::write(std::string bytes) {
  stream_.write(std::move(bytes), [this](twinloop::errc error, std::size_t) {
    if (error != twinloop::errc::ok && state_ != state::closed) close();
  });
}

void session::update_reading() {
  if (state_ == state::closed) return;
  bool stopped = peer_done_ || state_ == state::ending || (state_ == state::serving && blocked());
  if (!waiting_ && state_ != state::lingering && (!holds_.empty() || stopped)) {
    waiting_ = true;
    owner_.wake_later(*this);
  }
  if (reading_ == !stopped) return;
  reading_ = !stopped;
  reading_ ? stream_.read_start() : stream_.read_stop();
}

void session::resume() {
  waiting_ = false;
  process();
}

void session::finish() {
  if (state_ != state::serving) return;
  state_ = state::ending;
  patience_.start(patience);
  process();
}

/// All is sent: says so to the peer, and waits for it to close, for a while.
void session::linger() {
  TWINLOOP_ASSERT(replies_.empty());
  state_ = state::lingering;
  stream_.shutdown([this](twinloop::errc error) {
    if ((error != twinloop::errc::ok || peer_done_) && state_ != state::closed) close();
  });
  patience_.start(patience);
}

void session::close() {
  if (state_ == state::closed) return;
  state_ = state::closed;
  patience_.stop();
  stream_.close([this] { owner_.forget(*this); });
}

}  // namespace kv
