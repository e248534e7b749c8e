// B20. An editor's server finds the session of a message, asks whether its author may write, which takes a look at the
// disk, and then uses the session. If the author has left meanwhile, it is gone. The fix looks the session up again
// after the question.
// Origin: etherpad-lite #2674, #341.
#include <map>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B20.session_is_there";

struct session {
  std::string text;
};

class pad_server {
 public:
  pad_server(twinloop::loop& loop, sim::world& world, const dials& dial)
      : world_(world),
        buggy_(dial.buggy),
        later_(loop),
        noise_(loop, dial),
        server_(loop, [this](line_peer& from, std::string_view line) { handle(from, std::string(line)); }) {
    server_.on_gone([this](line_peer& gone) { sessions_.erase(gone.id()); });
    (void)server_.listen(80);
  }

 private:
  void handle(line_peer& from, std::string line) {
    const std::uint64_t author = from.id();
    if (line == "join") {
      sessions_.try_emplace(author);
      return from.send("welcome");
    }
    if (sessions_.count(author) == 0) return from.send("who are you?");
    if (line == "leave") {
      sessions_.erase(author);
      return from.send("bye");
    }
    later_.on_pool(
        "check access", [](twinloop::job& job) { (void)job.status("/pads/access"); },
        [this, author, line = std::move(line)] { change(author, line); });
  }

  void change(std::uint64_t author, const std::string& text) {
    auto found = sessions_.find(author);
    if (!buggy_ && found == sessions_.end()) return server_.send(author, "too late");
    world_.check(found != sessions_.end(), oracle, "a message was handled for a session that was removed");
    if (found == sessions_.end()) return;
    found->second.text += text;
    server_.send(author, "saved");
  }

  sim::world& world_;
  bool buggy_;
  std::map<std::uint64_t, session> sessions_;
  background later_;
  noise noise_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  sim::host& server = world.add_host("server");
  server.write_file("/pads/access", "all\n");
  auto program = [&world, dial](twinloop::loop& loop, twinloop::arguments) {
    pad_server running(loop, world, dial);
    loop.run();
    return 0;
  };
  server.start("pad", program, {}, {.daemon = true});
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    const twinloop::duration from = i * 150us;
    start_client(world, dial, i, server, {{from, "join"}, {from + 500us, "a word"}, {from + 1ms, "leave"}});
  }
  world.run();
}

}  // namespace

extern const row b20;
const row b20{.id = "B20",
              .fixed_id = "B20.fixed",
              .name = "an author leaves while a message is being checked",
              .origin = "etherpad-lite #2674, #341",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
