// Idle peers are collected while timers run and dropped together at the end of the turn. Between the two, data may
// come in: that is why the silence is measured again.
#include "scenarios/echo/server.hpp"

#include <algorithm>

namespace echo {

server::session::session(server& owner, twinloop::accepted&& peer)
    : owner_(owner),
      last_heard_(owner.loop_.now()),
      idle_(
          owner.loop_, [this] { found_idle(); }, "idle"),
      stream_(owner.loop_, std::move(peer), "peer") {
  stream_.on_read([this](twinloop::result<std::span<std::byte>> data) { take(data); });
  stream_.on_drain([this] {
    if (!stream_.is_closing() && !peer_done_) stream_.read_start();
  });
  stream_.read_start();
  idle_.start(owner.options_.idle_timeout);
}

twinloop::duration server::session::silence() const { return owner_.loop_.now() - last_heard_; }

void server::session::take(twinloop::result<std::span<std::byte>> data) {
  if (!data) return close();
  if (data->empty()) {
    peer_done_ = true;
    return stream_.shutdown([this](twinloop::errc) { close(); });  // behind what is still to be echoed
  }
  last_heard_ = owner_.loop_.now();
  idle_.start(owner_.options_.idle_timeout);
  std::string copy(reinterpret_cast<const char*>(data->data()), data->size());
  stream_.write(std::move(copy), [this](twinloop::errc error, std::size_t) {
    if (error != twinloop::errc::ok) close();
  });
  if (stream_.above_high_water()) stream_.read_stop();
}

void server::session::found_idle() {
  if (owner_.found_idle_.empty()) owner_.loop_.immediate([&owner = owner_] { owner.drop_idle(); });
  owner_.found_idle_.push_back(this);
}

void server::session::close() {
  if (stream_.is_closing()) return;
  idle_.stop();
  auto& waiting = owner_.found_idle_;
  waiting.erase(std::remove(waiting.begin(), waiting.end(), this), waiting.end());
  stream_.close([this] { owner_.sessions_.erase(self_); });
}

server::server(twinloop::loop& loop, const server_options& options)
    : loop_(loop), options_(options), listener_(loop, "echo listener") {}

twinloop::result<void> server::start() {
  return listener_.listen(options_.bind, [this](twinloop::result<twinloop::accepted> peer) {
    if (!peer) return;  // the listener tries again by itself
    sessions_.emplace_back(*this, std::move(*peer));
    sessions_.back().self_ = std::prev(sessions_.end());
  });
}

void server::drop_idle() {
  std::vector<session*> candidates = std::exchange(found_idle_, {});
  for (session* each : candidates) {
    bool spoke = each->silence() < options_.idle_timeout;
    if (spoke && !options_.drop_without_recheck) continue;  // its timer has been started anew
    if (on_idle_drop_) on_idle_drop_(each->silence());
    each->close();
  }
}

}  // namespace echo
