// B04. A logger appends lines to a file; when the file has reached its limit it rolls: the file is renamed and a new
// one opened. A line that is written while a roll is under way finds the file full too, and starts another roll, which
// renames the file that the first one has just begun. The fix starts no roll while one is under way.
// Origin: cinovo logger-file #1.
#include <deque>
#include <memory>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"
#include "twinloop/file.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B04.one_roll_per_full_file";
constexpr std::size_t limit = 16;  // bytes
constexpr std::uint32_t lines_per_client = 3;

struct story {
  sim::world& world;
  const dials& dial;
};

class logger {
 public:
  logger(twinloop::loop& loop, story& shared) : loop_(loop), shared_(shared), files_(loop, "log files") { open_new(); }

  /// Appends `line`; `written` runs when it is in the file.
  void log(std::string line, std::function<void()> written) {
    auto kept = std::make_shared<entry>(entry{std::move(line), std::move(written)});
    if (opening_) return waiting_.push_back(std::move(kept));
    write(std::move(kept));
  }

 private:
  struct entry {
    std::string line;
    std::function<void()> written;
  };

  void write(std::shared_ptr<entry> kept) {
    const std::uint64_t offset = std::exchange(size_, size_ + kept->line.size());
    current_->write_at(std::as_bytes(std::span(kept->line)), offset, [this, kept](errc, std::size_t) {
      if (size_ >= limit) roll();
      kept->written();
    });
  }

  void roll() {
    if (!shared_.dial.buggy && rolling_) return;
    shared_.world.check(!rolling_, oracle, "a file that is being rolled is rolled again");
    rolling_ = true;
    files_.rename("/log", "/log." + std::to_string(++rolls_), [this](errc) { open_new(); });
  }

  void open_new() {
    opening_ = true;
    current_ = &all_.emplace_back(loop_, "log");
    current_->open("/log", twinloop::open_write | twinloop::open_create, 0644, [this](errc) {
      opening_ = rolling_ = false;
      size_ = 0;
      for (auto& each : std::exchange(waiting_, {})) write(std::move(each));
    });
  }

  twinloop::loop& loop_;
  story& shared_;
  std::uint32_t rolls_ = 0;
  bool opening_ = false;
  bool rolling_ = false;
  std::uint64_t size_ = 0;
  twinloop::file* current_ = nullptr;
  std::deque<twinloop::file> all_;
  std::vector<std::shared_ptr<entry>> waiting_;
  twinloop::file_system files_;
};

class log_server {
 public:
  log_server(twinloop::loop& loop, story& shared)
      : noise_(loop, shared.dial), logger_(loop, shared), server_(loop, [this](line_peer& from, std::string_view line) {
          logger_.log(std::string(line) + "\n", [this, client = from.id()] { server_.send(client, "logged"); });
        }) {
    (void)server_.listen(80);
  }

 private:
  noise noise_;
  logger logger_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& server = world.add_host("server");
  start_daemon<log_server>(server, "logger", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    std::vector<timed_request> lines;
    for (std::uint32_t k = 0; k < lines_per_client; ++k) {
      lines.push_back({(k * dial.clients + i) * 400us, "event " + std::to_string(k)});
    }
    start_client(world, dial, i, server, std::move(lines));
  }
  world.run();
}

}  // namespace

extern const row b04;
const row b04{.id = "B04",
              .fixed_id = "B04.fixed",
              .name = "a log file is rolled while it is being rolled",
              .origin = "cinovo logger-file #1",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
