// The replay file that a variable of a test program's environment names: whose run is it?
#include "sim/testing/asked_replay.hpp"

#include <fmt/format.h>

namespace twinloop::testing {

asked_replay load_asked_replay(const char* variable, const std::string& path, const std::string& program,
                               const std::string& test) {
  std::string error;
  std::optional<replay_file> file = replay_file::load(path, error);
  if (!file) return {{}, {verdict::kind::failed, fmt::format("{}: {}", variable, error)}};
  if (file->program != program) {
    return {{},
            {verdict::kind::failed, fmt::format("{}: {} was recorded by the program \"{}\", and this is \"{}\"; use it "
                                                "with {}, or unset {}",
                                                variable, path, file->program, program, file->program, variable)}};
  }
  if (file->scenario != test) {
    return {{},
            {verdict::kind::skipped,
             fmt::format("{}: {} is a run of {}, so {} is skipped", variable, path, file->scenario, test)}};
  }
  return {std::move(file), {}};
}

}  // namespace twinloop::testing
