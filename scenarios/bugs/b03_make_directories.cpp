// B03. An upload server makes the directories of a path from the leaf upwards: a missing parent is made first, then the
// leaf is tried again. Two uploads into new neighbours both find the parent missing and both make it; one of them is
// told that it exists already, takes that as the end of its work, and its own leaf is never made. The fix takes "exists
// already" as the parent's success and goes on.
// Origin: node-mkdirp #2; the sibling mkpath #1.
#include <memory>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"
#include "twinloop/file.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B03.directories_exist_after_success";

struct story {
  sim::world& world;
  const dials& dial;
};

class upload_server {
 public:
  upload_server(twinloop::loop& loop, story& shared)
      : shared_(shared),
        files_(loop, "files"),
        noise_(loop, shared.dial),
        server_(loop, [this](line_peer& from, std::string_view path) { upload(from.id(), std::string(path)); }) {
    (void)server_.listen(80);
  }

 private:
  struct call {
    std::string path;
    std::function<void(errc)> done;
  };

  void upload(std::uint64_t client, const std::string& path) {
    make_directories(path, [this, client, path](errc error) {
      if (error != errc::ok) return server_.send(client, twinloop::name(error));
      files_.status(path, [this, client](twinloop::result<twinloop::file_status> found) {
        shared_.world.check(found.has_value(), oracle, "reported as made, but the last directory is missing");
        server_.send(client, "made");
      });
    });
  }

  void make_directories(const std::string& path, std::function<void(errc)> done) {
    auto made = std::make_shared<call>(call{path, std::move(done)});
    files_.make_directory(path, 0755, [this, made](errc error) {
      if (error == errc::not_found) return make_parent_of(made);
      const bool is_there = error == errc::ok || error == errc::already_exists;
      made->done(is_there ? errc::ok : error);
    });
  }

  void make_parent_of(const std::shared_ptr<call>& made) {
    const std::string parent = made->path.substr(0, made->path.rfind('/'));
    files_.make_directory(parent, 0755, [this, made](errc error) {
      if (error == errc::already_exists && shared_.dial.buggy) return made->done(errc::ok);
      if (error != errc::ok && error != errc::already_exists) return made->done(error);
      make_directories(made->path, made->done);
    });
  }

  story& shared_;
  twinloop::file_system files_;
  noise noise_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& server = world.add_host("server");
  start_daemon<upload_server>(server, "uploads", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    start_client(world, dial, i, server, {{i * 300us, "/new/of-client-" + std::to_string(i)}});
  }
  world.run();
}

}  // namespace

extern const row b03;
const row b03{.id = "B03",
              .fixed_id = "B03.fixed",
              .name = "two recursive mkdirs meet in a missing parent",
              .origin = "node-mkdirp #2, mkpath #1",
              .oracle = oracle,
              .depth = 2,
              .body = body_of<run>};

}  // namespace bugs
