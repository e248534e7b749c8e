// A stream serves one connection; after its close callback it is destroyed and a new one made.
#include "scenarios/kv/client.hpp"

#include "scenarios/kv/reply.hpp"
#include "twinloop/assert.hpp"

namespace kv {

std::string encode_request(const std::vector<std::string>& words) {
  std::string bytes;
  reply_array(bytes, words.size());
  for (const std::string& word : words) reply_bulk(bytes, word);
  return bytes;
}

void client::connect(twinloop::unique_function<void(bool)> done) {
  TWINLOOP_ASSERT(!stream_);
  stream_.emplace(*loop_, "client");
  on_connect_ = std::move(done);
  parser_ = {};
  wanted_ = true;
  stream_->connect(server_, [this](twinloop::errc error) {
    if (error != twinloop::errc::ok) return lose();
    connected_ = true;
    ++connection_;
    stream_->on_read([this](twinloop::result<std::span<std::byte>> data) { take(data); });
    stream_->read_start();
    std::exchange(on_connect_, nullptr)(true);
  });
}

void client::send(const std::vector<std::string>& words, reply_callback done) {
  TWINLOOP_ASSERT(connected_);
  waiting_.push_back(std::move(done));
  stream_->write(encode_request(words));
}

void client::take(twinloop::result<std::span<std::byte>> data) {
  if (!data || data->empty()) return lose();
  parser_.feed({reinterpret_cast<const char*>(data->data()), data->size()});
  reply answer;
  while (connected_) {
    reply_parser::outcome reached = parser_.next(answer);
    if (reached == reply_parser::outcome::incomplete) return;
    if (reached == reply_parser::outcome::failed || waiting_.empty()) {
      if (on_nonsense_) on_nonsense_(waiting_.empty() ? "unasked: " + describe(answer) : "not a reply");
      return lose();
    }
    reply_callback done = std::move(waiting_.front());
    waiting_.pop_front();
    done(&answer);
  }
}

void client::lose() {
  connected_ = false;
  if (stream_->is_closing()) return;
  stream_->close([this] { gone(); });
}

void client::close() {
  wanted_ = false;
  if (stream_) lose();
}

void client::gone() {
  stream_.reset();
  while (!waiting_.empty()) {
    reply_callback done = std::move(waiting_.front());
    waiting_.pop_front();
    done(nullptr);
  }
  if (auto connecting = std::exchange(on_connect_, nullptr)) return connecting(false);
  if (wanted_ && on_lost_) on_lost_();
}

}  // namespace kv
