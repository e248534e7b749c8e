// B09. An editor checks the text on the pool after each edit and shows what the check found. Checks may end in another
// order than the edits came in, and the result that came last is shown, whatever version it belongs to. The fix drops
// results of older versions than the one shown.
// Origin: linter-stylint.
#include <string>

#include "scenarios/bugs/background.hpp"
#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B09.newest_result_is_shown";
const std::string rules = "/etc/lint.rules";

struct story {
  sim::world& world;
  const dials& dial;
  std::uint32_t edited = 0;  // newest version
  std::uint32_t shown = 0;   // version whose result is on the screen
};

/// The editor's process: a user's edits come as lines.
class editor {
 public:
  editor(twinloop::loop& loop, story& shared)
      : shared_(shared),
        noise_(loop, shared.dial),
        later_(loop),
        server_(loop, [this](line_peer& from, std::string_view) { edit(from.id()); }) {
    (void)server_.listen(80);
  }

 private:
  void edit(std::uint64_t user) {
    const std::uint32_t version = ++shared_.edited;
    later_.on_pool(
        "lint", [](twinloop::job& job) { (void)job.status(rules); },
        [this, user, version] {
          show(version);
          server_.send(user, "checked");
        });
  }

  void show(std::uint32_t version) {
    if (!shared_.dial.buggy && version < shared_.shown) return;
    shared_.shown = version;
  }

  story& shared_;
  noise noise_;
  background later_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& server = world.add_host("desk");
  server.write_file(rules, "no tabs");
  start_daemon<editor>(server, "editor", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    start_client(world, dial, i, server, {{i * 300us, "edit"}, {i * 300us + 900us, "edit"}});
  }
  world.run();
  world.check(shared.shown == shared.edited, oracle, "the screen shows an old version's result");
}

}  // namespace

extern const row b09;
const row b09{.id = "B09",
              .fixed_id = "B09.fixed",
              .name = "an old version's result is shown last",
              .origin = "linter-stylint",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
