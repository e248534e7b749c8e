// B17. An embedded database keeps documents in memory and appends every change to a file. Making an index looks
// synchronous: it returns at once, but its record is still on the way to the file. A caller who loads the collection
// right afterwards has memory rebuilt from a file without that record, and the index is gone. The fix makes the caller
// wait until the record is written.
// Origin: nedb #609, #610.
#include <set>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "twinloop/file.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B17.index_is_complete";
constexpr std::string_view index_record = "#index\n";
constexpr const char* stored = "ann\nbob\ncyd\n";

std::string path_of(std::string_view collection) { return "/data/" + std::string(collection) + ".db"; }

class collection {
 public:
  collection(twinloop::loop& loop, std::string_view name) : path_(path_of(name)), file_(loop, "collection") {}

  void open(std::function<void()> done) {
    file_.open(path_, twinloop::open_read_write | twinloop::open_append, 0644,
               [done = std::move(done)](errc) { done(); });
  }

  /// Usable at once; `persisted` runs when it will survive a load.
  void ensure_index(std::function<void()> persisted) {
    indexed_ = true;
    index_ = documents_;
    file_.write_at(std::as_bytes(std::span(index_record)), 0,
                   [persisted = std::move(persisted)](errc, std::size_t) { persisted(); });
  }

  /// Forgets what is in memory and takes everything from the file.
  void load(std::function<void()> done) {
    file_.status([this, done = std::move(done)](twinloop::result<twinloop::file_status> status) {
      buffer_.assign(status ? status->size : 0, '\0');
      file_.read_at(std::as_writable_bytes(std::span(buffer_)), 0, [this, done](errc, std::size_t count) {
        buffer_.resize(count);
        rebuild();
        done();
      });
    });
  }

  bool index_is_complete() const { return indexed_ && index_ == documents_ && !documents_.empty(); }

 private:
  void rebuild() {
    documents_.clear();
    indexed_ = false;
    for (std::size_t from = 0; from < buffer_.size();) {
      const std::size_t end = std::min(buffer_.find('\n', from) + 1, buffer_.size());
      const std::string line = buffer_.substr(from, end - from);
      if (line == index_record) {
        indexed_ = true;
      } else {
        documents_.insert(line);
      }
      from = end;
    }
    index_ = indexed_ ? documents_ : std::set<std::string>{};
  }

  std::string path_;
  std::string buffer_;
  std::set<std::string> documents_;
  std::set<std::string> index_;
  bool indexed_ = false;
  twinloop::file file_;
};

class database_server {
 public:
  database_server(twinloop::loop& loop, sim::world& world, const dials& dial)
      : loop_(loop),
        world_(world),
        buggy_(dial.buggy),
        noise_(loop, dial),
        server_(loop, [this](line_peer& from, std::string_view name) {
          use(from.id(), collections_.emplace_back(loop_, name));
        }) {
    (void)server_.listen(80);
  }

 private:
  /// What the application does with a collection that a client asks for.
  void use(std::uint64_t client, collection& wanted) {
    auto loaded = [this, client, &wanted] {
      world_.check(wanted.index_is_complete(), oracle, "a loaded collection has lost the index that was made before");
      server_.send(client, "ready");
    };
    wanted.open([this, &wanted, loaded] {
      if (buggy_) {
        wanted.ensure_index([] {});
        wanted.load(loaded);
      } else {
        wanted.ensure_index([&wanted, loaded] { wanted.load(loaded); });
      }
    });
  }

  twinloop::loop& loop_;
  sim::world& world_;
  bool buggy_;
  noise noise_;
  std::list<collection> collections_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  sim::host& server = world.add_host("server");
  auto program = [&world, dial](twinloop::loop& loop, twinloop::arguments) {
    database_server running(loop, world, dial);
    loop.run();
    return 0;
  };
  server.start("database", program, {}, {.daemon = true});
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    const std::string name = "collection-" + std::to_string(i);
    server.write_file(path_of(name), stored);
    start_client(world, dial, i, server, {{i * 200us, name}});
  }
  world.run();
}

}  // namespace

extern const row b17;
const row b17{.id = "B17",
              .fixed_id = "B17.fixed",
              .name = "a collection is loaded before its new index is in the file",
              .origin = "nedb #609, #610",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
