// B18. A job that has failed is to be tried again later: the queue stores when, and that the job is "delayed", with two
// updates that nobody waits for. Where the store takes them in the other order, the promoter finds a delayed job
// without a delay and starts it at once. The fix sets the state when the delay has been stored.
// Origin: kue #483, fixed in 1823325.
#include <map>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "twinloop/work.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B18.delayed_job_has_its_delay";
constexpr std::chrono::microseconds delay_of_retry{900};
constexpr std::chrono::microseconds promoter_period{250};

using twinloop::job;

/// The store: a file for each value, written and read on the pool.
void store(job& job, const std::string& path, const std::string& value) {
  auto file = job.open(path, twinloop::open_write | twinloop::open_create | twinloop::open_truncate);
  if (!file) return;
  (void)job.write_all(*file, std::as_bytes(std::span(value)), 0);
  (void)job.close(*file);
}

std::string fetch(job& job, const std::string& path) {
  auto file = job.open(path, twinloop::open_read);
  if (!file) return {};
  auto bytes = job.read_all(*file, 100);
  (void)job.close(*file);
  if (!bytes) return {};
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

class queue_server {
 public:
  queue_server(twinloop::loop& loop, sim::world& world, const dials& dial)
      : world_(world),
        buggy_(dial.buggy),
        later_(loop),
        noise_(loop, dial),
        server_(loop, [this](line_peer& from, std::string_view) {
          fail(jobs_[from.id()] = "/queue/job-" + std::to_string(from.id()));
        }) {
    (void)server_.listen(80);
  }

 private:
  /// A job's first attempt fails as soon as it is made.
  void fail(const std::string& job_path) {
    auto set_state = [this, job_path] {
      later_.on_pool("set state", [job_path](job& job) { store(job, job_path + ".state", "delayed"); }, {});
    };
    later_.on_pool(
        "update delay",
        [job_path](job& job) { store(job, job_path + ".delay", std::to_string(delay_of_retry.count())); },
        buggy_ ? std::function<void()>() : set_state);
    if (buggy_) set_state();
    if (jobs_.size() == 1) promote_later();
  }

  void promote_later() {
    later_.after(
        promoter_period,
        [this] {
          for (const auto& [client, job_path] : jobs_) look_at(client, job_path);
          if (!jobs_.empty()) promote_later();
        },
        "promoter");
  }

  void look_at(std::uint64_t client, const std::string& job_path) {
    if (!looking_.insert({client, true}).second) return;
    auto found = std::make_shared<std::pair<std::string, std::string>>();
    later_.on_pool(
        "look at job",
        [found, job_path](job& job) {
          found->first = fetch(job, job_path + ".state");
          if (found->first == "delayed") found->second = fetch(job, job_path + ".delay");
        },
        [this, found, client] {
          looking_.erase(client);
          if (found->first != "delayed") return;
          world_.check(!found->second.empty(), oracle, "the promoter found a delayed job that has no delay");
          later_.after(
              delay_of_retry, [this, client] { server_.send(client, "done"); }, "retry");
          jobs_.erase(client);
        });
  }

  sim::world& world_;
  bool buggy_;
  std::map<std::uint64_t, std::string> jobs_;  // not yet promoted, by the client that waits for it
  std::map<std::uint64_t, bool> looking_;
  background later_;
  noise noise_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  sim::host& server = world.add_host("server");
  server.write_file("/queue/README", "one file a value\n");
  auto program = [&world, dial](twinloop::loop& loop, twinloop::arguments) {
    queue_server running(loop, world, dial);
    loop.run();
    return 0;
  };
  server.start("queue", program, {}, {.daemon = true});
  for (std::uint32_t i = 0; i < dial.clients; ++i) start_client(world, dial, i, server, {{i * 300us, "job"}});
  world.run();
}

}  // namespace

extern const row b18;
const row b18{.id = "B18",
              .fixed_id = "B18.fixed",
              .name = "a job is seen as delayed before its delay is stored",
              .origin = "kue #483, 1823325",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
