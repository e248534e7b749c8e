// Each timer belongs to a state: beat_ and deadline_ run while connected, retry_ while not.
#include "scenarios/echo/peer.hpp"

#include <algorithm>

#include "twinloop/assert.hpp"

namespace echo {
namespace {
const std::string beat_message = ".";
}

twinloop::duration backoff_delay(const peer_options& options, std::uint32_t attempt) {
  TWINLOOP_ASSERT(attempt >= 1);
  twinloop::duration delay = options.backoff_min;
  for (std::uint32_t step = 1; step < attempt && delay < options.backoff_max; ++step) delay *= 2;
  return std::min(delay, options.backoff_max);
}

peer::peer(twinloop::loop& loop, const peer_options& options, peer_watcher& watcher)
    : loop_(loop),
      options_(options),
      watcher_(watcher),
      beat_(
          loop, [this] { say(beat_message); }, "beat"),
      deadline_(
          loop,
          [this] {
            watcher_.gave_up(loop_.now() - waiting_since_);
            lose();
          },
          "answer deadline"),
      retry_(
          loop, [this] { connect(); }, "retry") {}

void peer::start() { connect(); }

void peer::connect() {
  TWINLOOP_ASSERT(!stream_);
  stream_.emplace(loop_, "peer");
  twinloop::connect_options limits{.timeout = options_.answer_within};
  stream_->connect(
      options_.server,
      [this](twinloop::errc error) {
        if (error != twinloop::errc::ok) return lose();
        connected_ = true;
        attempts_ = 0;
        matched_ = 0;
        stream_->on_read([this](twinloop::result<std::span<std::byte>> data) { take(data); });
        stream_->read_start();
        if (options_.beat_every > twinloop::duration::zero()) beat_.start(options_.beat_every);
        for (const std::string& message : unanswered_) transmit(message);
      },
      limits);
}

void peer::say(std::string message) {
  TWINLOOP_ASSERT(!message.empty());
  unanswered_.push_back(std::move(message));
  if (connected_) transmit(unanswered_.back());
}

void peer::transmit(const std::string& message) {
  if (!deadline_.armed()) {
    waiting_since_ = loop_.now();
    deadline_.start(options_.answer_within);
  }
  if (options_.beat_every > twinloop::duration::zero()) beat_.start(options_.beat_every);
  stream_->write(std::string(message));
}

void peer::take(twinloop::result<std::span<std::byte>> data) {
  if (!data || data->empty()) return lose();
  bool good = match({reinterpret_cast<const char*>(data->data()), data->size()});
  if (!good) {
    watcher_.mismatch();
    return lose();
  }
  if (!connected_) return;  // the watcher has closed it
  deadline_.stop();
  if (unanswered_.empty()) return;
  waiting_since_ = loop_.now();
  deadline_.start(options_.answer_within);
}

/// Holds echoed bytes against what was said. False at the first difference.
bool peer::match(std::string_view bytes) {
  while (!bytes.empty()) {
    if (unanswered_.empty()) return false;
    std::string& oldest = unanswered_.front();
    std::size_t size = std::min(bytes.size(), oldest.size() - matched_);
    if (bytes.substr(0, size) != std::string_view(oldest).substr(matched_, size)) return false;
    bytes.remove_prefix(size);
    matched_ += size;
    if (matched_ < oldest.size()) return true;
    std::string whole = std::move(oldest);
    unanswered_.pop_front();
    matched_ = 0;
    if (whole != beat_message) watcher_.echoed(whole);
    if (closed_) return true;
  }
  return true;
}

void peer::lose() {
  connected_ = false;
  beat_.stop();
  deadline_.stop();
  if (!stream_->is_closing()) stream_->close([this] { gone(); });
}

void peer::gone() {
  stream_.reset();
  if (!closed_) back_off();
}

/// Waits longer after each failure, and somewhere between half the time and all of it, so that the clients of a server
/// that comes back do not all come at once.
void peer::back_off() {
  ++attempts_;
  twinloop::duration nominal = backoff_delay(options_, attempts_);
  auto half = static_cast<std::uint64_t>(nominal.count() / 2);
  twinloop::duration delay(static_cast<std::int64_t>(half + loop_.random() % (half + 1)));
  watcher_.backs_off(attempts_, delay);
  retry_.start(delay);
}

void peer::close() {
  closed_ = true;
  retry_.stop();
  if (stream_) lose();
}

}  // namespace echo
