// Start: the port first (two servers must not touch one directory, and the second one fails here if it was started by
// mistake), then recovery, then clients. End: no new clients, replies out, log idle; the loop then ends by itself.
#include "scenarios/kv/server.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "scenarios/kv/recovery.hpp"
#include "twinloop/assert.hpp"
#include "twinloop/work.hpp"

namespace kv {

server::server(twinloop::loop& loop, const options& settings, reporter report)
    : loop_(loop),
      settings_(settings),
      report_(std::move(report)),
      data_(loop, settings_),
      compaction_(loop, settings_, data_.log()),
      listener_(loop, "listener") {
  data_.log().on_durable([this] { log_advanced(); });
  data_.log().on_failure([this](std::string trouble) { log_failed(trouble); });
  // A snapshot that does not fit fills the disk for a moment. That must not end the log.
  data_.log().on_full([this] { return compaction_.folding(); });
  compaction_.on_end([this] { data_.log().retry(); });
  compaction_.on_trouble([this](std::string trouble) { report_(notice::trouble, trouble); });
}

bool server::start() {
  if (!listen()) return false;
  twinloop::blocking_files files(loop_.below());
  recovered found;
  std::string trouble = recover(files, settings_, found);
  if (!trouble.empty()) {
    report_(notice::trouble, trouble);
    return false;
  }
  for (const std::string& note : found.notes) report_(notice::information, note);
  compaction_.begin(found);
  data_.open(std::move(found), [this](std::string failed) { opened(failed); });
  return true;
}

/// Takes the port. Clients can connect from now on, and wait until the data is there.
bool server::listen() {
  auto listening = listener_.listen(
      settings_.bind, [this](twinloop::result<twinloop::accepted> peer) { accept(std::move(peer)); }, {.backlog = 511});
  if (!listening) {
    report_(notice::trouble,
            fmt::format("cannot listen on {}: {}", settings_.bind.text(), twinloop::message(listening.error())));
    return false;
  }
  listener_.pause();
  if (auto local = listener_.local()) settings_.bind.port = local->port;
  return true;
}

void server::opened(const std::string& trouble) {
  std::string failed = trouble.empty() ? write_port_file() : trouble;
  if (!failed.empty()) {
    status_ = 1;
    report_(notice::trouble, failed);
    return stop_listening();
  }
  report_(notice::information, fmt::format("listening on {}", settings_.bind.text()));
  listener_.resume();
}

/// Writes the port so that a reader sees no file or the whole one.
std::string server::write_port_file() {
  const std::string& path = settings_.port_file;
  if (path.empty()) return {};
  twinloop::blocking_files files(loop_.below());
  std::string temporary = path + ".tmp";
  constexpr std::uint32_t flags = twinloop::open_write | twinloop::open_create | twinloop::open_truncate;
  auto file = files.open(temporary, flags, 0644, "port file");
  if (!file) return file_trouble("create", temporary, file.error());
  std::string text = fmt::format("{}\n", settings_.bind.port);
  auto written = files.write_all(*file, std::as_bytes(std::span(text)), 0);
  (void)files.close(*file);
  if (!written) return file_trouble("write", temporary, written.error());
  if (auto renamed = files.rename(temporary, path); !renamed) return file_trouble("create", path, renamed.error());
  return {};
}

void server::accept(twinloop::result<twinloop::accepted> peer) {
  if (!peer) {
    // The listener goes on by itself; one line is enough for people, however often it has to try.
    if (!accept_trouble_) {
      report_(notice::trouble, fmt::format("cannot accept connections: {}", twinloop::message(peer.error())));
    }
    accept_trouble_ = true;
    return;
  }
  accept_trouble_ = false;
  if (stopping_) return;  // dropping it closes it
  std::uint64_t number = ++connections_;
  sessions_.emplace(number, std::make_unique<session>(*this, loop_, std::move(*peer), number));
}

void server::log_advanced() {
  data_.durable();
  compaction_.consider();
  if (wake_scheduled_ || waiting_.empty()) return;
  // At the end of the turn: requests that arrived in it are answered in the same write.
  wake_scheduled_ = true;
  loop_.immediate([this] { wake_sessions(); });
}

void server::wake_sessions() {
  wake_scheduled_ = false;
  TWINLOOP_ASSERT(being_woken_.empty());
  std::swap(being_woken_, waiting_);
  for (session* waiting : being_woken_) waiting->resume();
  being_woken_.clear();
}

void server::forget(session& closed) {
  waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &closed), waiting_.end());
  sessions_.erase(closed.number());
}

void server::stop_listening() {
  stopping_ = true;
  listener_.close();
  data_.close();
}

void server::shut_down() {
  if (stopping_) return;
  stop_listening();
  for (auto& [number, each] : sessions_) each->finish();
}

/// Nothing that waits for an answer can be acknowledged any more, and no new write could be. So nobody is served
/// further; what was acknowledged is on disk, for the next start.
void server::log_failed(const std::string& trouble) {
  status_ = 1;
  report_(notice::trouble, trouble);
  if (!stopping_) stop_listening();
  for (auto& [number, each] : sessions_) each->close();
}

int serve(twinloop::loop& loop, const options& settings, reporter report) {
  server running(loop, settings, std::move(report));
  if (!running.start()) return 1;
  loop.run();
  return running.status();
}

int kv_main(twinloop::loop& loop, twinloop::arguments words) {
  options settings;
  std::string wrong = parse_options(words, settings);
  if (!wrong.empty()) {
    fmt::print(stderr, "kv_server: {}\n\n{}", wrong, usage());
    return 2;
  }
  if (settings.help) {
    fmt::print("{}", usage());
    return 0;
  }
  return serve(loop, settings, [](notice kind, const std::string& text) {
    std::FILE* where = kind == notice::trouble ? stderr : stdout;
    fmt::print(where, "{}{}\n", kind == notice::trouble ? "kv_server: " : "", text);
    std::fflush(where);
  });
}

}  // namespace kv
