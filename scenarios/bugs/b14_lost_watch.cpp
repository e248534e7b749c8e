// B14. A development server watches a directory and serves what is in it. When the directory is deleted and made again
// the watch is gone: the server scans the new directory, and then registers its watch again. What is written between
// the two is never seen. The fix registers first and scans then. Origin: live-server #262. Watching is done by messages
// here: an editor tells those who have registered.
#include <array>
#include <string>

#include "scenarios/bugs/background.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"
#include "twinloop/file.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B14.last_write_is_served";
constexpr std::uint16_t notification_port = 90;
const std::string page = "/site.html";

struct story {
  sim::world& world;
  const dials& dial;
  char written = '0';
  char served = '0';
};

/// Deletes and makes the directory again, writes the page some times, and tells who watches.
class editor {
 public:
  editor(twinloop::loop& loop, story& shared)
      : shared_(shared), later_(loop), page_(loop, "page"), server_(loop, [this](line_peer& from, std::string_view) {
          watcher_ = from.id();
          from.send("watching");
          end_when_done();
        }) {
    server_.on_peer([this](line_peer& made) { make_directory_again(made); });
    server_.on_gone([this](line_peer&) { server_.close(); });
    (void)server_.listen(notification_port);
  }

 private:
  void make_directory_again(line_peer& told) {
    watcher_ = 0;
    const auto flags = twinloop::open_write | twinloop::open_create | twinloop::open_truncate;
    page_.open(page, flags, 0644, [this, id = told.id()](errc) {
      server_.send(id, "created");
      write(shared_.dial.clients);
    });
  }

  void write(std::uint32_t left) {
    if (left == 0)
      return page_.close([this](errc) {
        done_ = true;
        end_when_done();
      });
    later_.after(
        250us,
        [this, left] {
          ++shared_.written;
          page_.write_at(std::as_bytes(std::span(&shared_.written, 1)), 0, [this, left](errc, std::size_t) {
            server_.send(watcher_, "changed");
            write(left - 1);
          });
        },
        "save");
  }

  void end_when_done() {
    if (!done_ || watcher_ == 0) return;
    if (line_peer* watcher = server_.find(watcher_)) watcher->stream().shutdown([](errc) {});
  }

  story& shared_;
  std::uint64_t watcher_ = 0;
  bool done_ = false;
  background later_;
  twinloop::file page_;
  line_server server_;
};

class live_server {
 public:
  live_server(twinloop::loop& loop, story& shared)
      : shared_(shared), noise_(loop, shared.dial), later_(loop), notifications_(loop, "notifications") {
    notifications_.on_line([this](std::string_view what) { notified(what); });
    notifications_.connect(twinloop::address::loopback(notification_port), [](errc) {});
  }

 private:
  void notified(std::string_view what) {
    if (what == "changed") return scan();
    if (what == "created" && shared_.dial.buggy) {
      watch_after_scan_ = true;
      return scan();
    }
    if (what == "created") return notifications_.send("watch");
    if (what == "watching" && !shared_.dial.buggy) scan();
  }

  /// One scan at a time: results come in the order of the scans.
  void scan() {
    if (scanning_) {
      scan_again_ = true;
      return;
    }
    scanning_ = true;
    later_.on_pool(
        "scan", [this](twinloop::job& job) { read_page(job); }, [this] { scanned(); });
  }
  void read_page(twinloop::job& job) {
    auto file = job.open(page, twinloop::open_read);
    if (!file) return;
    char content = '0';
    auto count = job.read_at(*file, std::as_writable_bytes(std::span(&content, 1)), 0);
    if (count && *count == 1) found_ = content;
    (void)job.close(*file);
  }
  void scanned() {
    scanning_ = false;
    shared_.served = found_;
    if (std::exchange(watch_after_scan_, false)) notifications_.send("watch");
    if (std::exchange(scan_again_, false)) scan();
  }

  story& shared_;
  char found_ = '0';
  bool scanning_ = false;
  bool scan_again_ = false;
  bool watch_after_scan_ = false;
  noise noise_;
  background later_;
  line_peer notifications_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& host = world.add_host("desk");
  start_program<editor>(host, "editor", shared);
  start_program<live_server>(host, "server", shared);
  world.run();
  world.check(shared.served == shared.written, oracle, "what is served is not what was written last");
}

}  // namespace

extern const row b14;
const row b14{.id = "B14",
              .fixed_id = "B14.fixed",
              .name = "a write between scan and watch is never seen",
              .origin = "live-server #262",
              .oracle = oracle,
              .depth = 2,
              .body = body_of<run>};

}  // namespace bugs
