// Lines over tcp_stream.
#include "scenarios/bugs/lines.hpp"

#include <algorithm>

namespace bugs {

using twinloop::errc;

line_peer::line_peer(twinloop::loop& loop, twinloop::accepted&& from, twinloop::label name)
    : stream_(loop, std::move(from), name) {
  start_reading();
}

void line_peer::start_reading() {
  stream_.on_read([this](twinloop::result<std::span<std::byte>> data) { take(data); });
  stream_.read_start();
}

void line_peer::connect(const twinloop::address& target, std::function<void(errc)> done) {
  on_connect_ = std::move(done);
  stream_.connect(target, [this](errc error) {
    if (error == errc::ok) start_reading();
    if (on_connect_) on_connect_(error);
  });
}

void line_peer::take(twinloop::result<std::span<std::byte>> data) {
  if (!data) return end(data.error());
  if (data->empty()) return end(errc::ok);
  buffered_.append(reinterpret_cast<const char*>(data->data()), data->size());
  std::size_t newline;
  while (!closing() && (newline = buffered_.find('\n')) != std::string::npos) {
    const std::string line = buffered_.substr(0, newline);
    buffered_.erase(0, newline + 1);
    if (on_line_) on_line_(line);
  }
}

void line_peer::end(errc error) {
  if (closing()) return;
  if (on_end_) return on_end_(error);
  close();
}

void line_peer::send(std::string line) {
  if (closing()) return;
  line += '\n';
  stream_.write(std::move(line));
}

void line_peer::close(std::function<void()> closed) {
  if (closing()) return;
  if (closed) on_closed_ = std::move(closed);
  stream_.close([this] {
    if (on_closed_) on_closed_();
  });
}

line_server::line_server(twinloop::loop& loop, handler on_line, twinloop::label name)
    : loop_(loop), on_line_(std::move(on_line)), listener_(loop, name) {}

twinloop::result<void> line_server::listen(std::uint16_t port) {
  return listener_.listen(twinloop::address::any(port), [this](twinloop::result<twinloop::accepted> from) {
    if (!from) return;
    line_peer& made = peers_.emplace_back(loop_, std::move(*from));
    made.id_ = ++last_id_;
    made.on_closed_ = [this, &made] { peers_.remove_if([&](const line_peer& each) { return &each == &made; }); };
    made.on_line([this, &made](std::string_view line) { on_line_(made, line); });
    made.on_end([this, &made](errc) {
      if (on_gone_) on_gone_(made);
      made.close();
    });
    if (on_peer_) on_peer_(made);
  });
}

line_peer* line_server::find(std::uint64_t id) {
  auto found = std::find_if(peers_.begin(), peers_.end(), [&](const line_peer& each) { return each.id() == id; });
  return found == peers_.end() || found->closing() ? nullptr : &*found;
}

void line_server::send(std::uint64_t id, std::string line) {
  if (line_peer* peer = find(id)) peer->send(std::move(line));
}

void line_server::close() {
  if (std::exchange(closed_, true)) return;
  listener_.close();
  for (line_peer& each : peers_) each.close();
}

}  // namespace bugs
