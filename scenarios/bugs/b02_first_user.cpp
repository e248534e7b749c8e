// B02. A blog that has no user yet lets the first visitor sign up as its owner: it asks the database whether a user
// exists, hashes the password on the pool, and inserts the account. Two visitors who sign up at about the same time are
// both told "none", and both become owner. The fix asks again in the same step that inserts.
// Origin: Ghost #1834, fixed by #2128.
#include "scenarios/bugs/background.hpp"
#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B02.one_owner";
const std::string database = "/blog/users";
const std::string secret = "/blog/secret";

struct blog {
  sim::world& world;
  const dials& dial;
  std::uint32_t owners = 0;  // what the database holds
};

class blog_server {
 public:
  blog_server(twinloop::loop& loop, blog& shared)
      : shared_(shared),
        later_(loop),
        noise_(loop, shared.dial),
        server_(loop, [this](line_peer& from, std::string_view) { sign_up(from.id()); }) {
    (void)server_.listen(80);
  }

 private:
  void sign_up(std::uint64_t visitor) {
    count_users([this, visitor](std::uint32_t users) {
      if (users > 0) return server_.send(visitor, "refused");
      later_.on_pool(
          "hash password", [](twinloop::job& job) { (void)job.status(secret); }, [this, visitor] { insert(visitor); });
    });
  }

  /// The database is a file here, and a query a call of the pool.
  void count_users(std::function<void(std::uint32_t)> answer) {
    later_.on_pool(
        "count users", [](twinloop::job& job) { (void)job.status(database); },
        [this, answer = std::move(answer)] { answer(shared_.owners); });
  }

  void insert(std::uint64_t visitor) {
    const bool taken = !shared_.dial.buggy && shared_.owners > 0;
    if (taken) return server_.send(visitor, "refused");
    ++shared_.owners;
    shared_.world.check(shared_.owners <= 1, oracle, "a second visitor became owner");
    server_.send(visitor, "welcome");
  }

  blog& shared_;
  background later_;
  noise noise_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  blog shared{world, dial};
  sim::host& server = world.add_host("server");
  server.write_file(database, "");
  server.write_file(secret, "salt");
  start_daemon<blog_server>(server, "blog", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) start_client(world, dial, i, server, {{i * 300us, "sign up"}});
  world.run();
  world.check(shared.owners >= 1, "B02.somebody_signs_up", "nobody became owner");
}

}  // namespace

extern const row b02;
const row b02{.id = "B02",
              .fixed_id = "B02.fixed",
              .name = "two visitors sign up as the first user",
              .origin = "Ghost #1834, #2128",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
