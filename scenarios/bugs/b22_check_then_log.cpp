// B22. A bank adds a deposit to its total, lets it settle for a moment, and then logs the total unless the log's last
// line has it already. The line is written asynchronously and marked as written afterwards. Two deposits that settle
// at about the same time log the later total twice, or once: the log no longer has every running total. The fix logs
// the total that the deposit itself made.
// Origin: benchmark B1 of ConFuzz.
#include <charconv>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "twinloop/file.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B22.log_has_every_total";

struct story {
  sim::world& world;
  dials dial;
  std::uint64_t sum_of_totals = 0;  // that deposits made
  std::uint64_t sum_of_lines = 0;   // that the log has
};

class bank_server {
 public:
  bank_server(twinloop::loop& loop, story& shared)
      : shared_(shared),
        later_(loop),
        noise_(loop, shared.dial),
        log_(loop, "log"),
        server_(loop, [this](line_peer& from, std::string_view amount) { deposit(from.id(), amount); }) {
    log_.open("/bank/log", twinloop::open_write | twinloop::open_append, 0644,
              [this](twinloop::errc) { (void)server_.listen(80); });
  }

 private:
  void deposit(std::uint64_t client, std::string_view amount) {
    std::uint64_t value = 0;
    std::from_chars(amount.data(), amount.data() + amount.size(), value);
    total_ += value;
    shared_.sum_of_totals += total_;
    later_.after(
        500us, [this, client, made = total_] { settled(client, made); }, "settle");
  }

  void settled(std::uint64_t client, std::uint64_t made) {
    const std::uint64_t logged = shared_.dial.buggy ? total_ : made;
    if (shared_.dial.buggy && logged == last_written_) return server_.send(client, "ok");
    lines_.push_back(std::to_string(logged) + "\n");
    log_.write_at(std::as_bytes(std::span(lines_.back())), 0, [this, client, logged](twinloop::errc, std::size_t) {
      last_written_ = logged;
      shared_.sum_of_lines += logged;
      server_.send(client, "ok");
    });
  }

  story& shared_;
  std::uint64_t total_ = 0;
  std::uint64_t last_written_ = 0;
  std::list<std::string> lines_;
  background later_;
  noise noise_;
  twinloop::file log_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& server = world.add_host("server");
  server.write_file("/bank/log", "");
  auto program = [&shared](twinloop::loop& loop, twinloop::arguments) {
    bank_server running(loop, shared);
    loop.run();
    return 0;
  };
  server.start("bank", program, {}, {.daemon = true});
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    start_client(world, dial, i, server, {{i * 2ms, std::to_string(10 * (i + 1))}});
  }
  world.run();
  world.check(shared.sum_of_lines == shared.sum_of_totals, oracle, "the log's lines are not the totals there were");
}

}  // namespace

extern const row b22;
const row b22{.id = "B22",
              .fixed_id = "B22.fixed",
              .name = "a total is compared with the log and written later",
              .origin = "ConFuzz B1",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
