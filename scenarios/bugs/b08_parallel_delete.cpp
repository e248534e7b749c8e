// B08. A build tool cleans its output: it lists what matches a pattern, the directory and what is in it alike, and
// deletes all of that in parallel. When the directory's own deletion has emptied it before a child is looked at, the
// child is reported as missing, although everything that should go has gone. The fix takes a child that is gone as
// deleted. Origin: sindresorhus/del #43.
#include <memory>
#include <string>

#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"
#include "twinloop/file.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B08.deleting_what_exists_succeeds";
const std::string output = "/build";

struct story {
  sim::world& world;
  const dials& dial;
};

class cleaner {
 public:
  cleaner(twinloop::loop& loop, story& shared) : shared_(shared), noise_(loop, shared.dial), files_(loop, "files") {
    match([this](const std::vector<std::string>& matches) {
      for (const std::string& each : matches) remove_match(each);
    });
  }

 private:
  /// What the pattern "build, build/**" matches.
  void match(std::function<void(std::vector<std::string>)> found) {
    files_.list(output, [found](twinloop::result<std::vector<twinloop::directory_entry>> entries) {
      std::vector<std::string> matches{output};
      for (const twinloop::directory_entry& each : *entries) matches.push_back(output + "/" + each.name);
      found(std::move(matches));
    });
  }

  /// Looks at each match before it removes it, so that it never leaves the working directory.
  void remove_match(const std::string& path) {
    files_.status(path, [this, path = std::string(path)](twinloop::result<twinloop::file_status> found) {
      const bool gone = !found && found.error() == errc::not_found;
      if (gone && !shared_.dial.buggy) return;
      shared_.world.check(!gone, oracle, "a file that was there when the deletion began is reported as missing");
      if (found && found->type == twinloop::file_type::directory) return remove_tree(path);
      files_.unlink(path, [](errc) {});  // it does not matter who was first
    });
  }

  void remove_tree(const std::string& path) {
    files_.list(path,
                [this, path = std::string(path)](twinloop::result<std::vector<twinloop::directory_entry>> entries) {
                  if (!entries) return;
                  auto left = std::make_shared<std::size_t>(entries->size());
                  if (*left == 0) return remove_empty(path);
                  for (const twinloop::directory_entry& each : *entries) {
                    files_.unlink(path + "/" + each.name, [this, left](errc) {
                      if (--*left == 0) remove_empty(output);
                    });
                  }
                });
  }
  void remove_empty(const std::string& path) {
    files_.remove_directory(path, [](errc) {});
  }

  story& shared_;
  noise noise_;
  twinloop::file_system files_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& host = world.add_host("host");
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    host.write_file(output + "/object-" + std::to_string(i), "machine code");
  }
  start_program<cleaner>(host, "clean", shared);
  world.run();
  world.check(host.list_files().empty(), "B08.everything_is_deleted", "a file was left");
}

}  // namespace

extern const row b08;
const row b08{.id = "B08",
              .fixed_id = "B08.fixed",
              .name = "a tree and its children are deleted in parallel",
              .origin = "sindresorhus/del #43",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
