// The replay file that a variable of a test program's environment names: whose run is it?
#ifndef TWINLOOP_SIM_TESTING_ASKED_REPLAY_HPP
#define TWINLOOP_SIM_TESTING_ASKED_REPLAY_HPP

#include <optional>
#include <string>

#include "twinloop/testing.hpp"

namespace twinloop::testing {

struct asked_replay {
  std::optional<replay_file> file;  ///< if it is a run of this test
  /// Otherwise: skipped if it is one of another test of this program, else failed, with the reason.
  verdict instead;
};

/// `variable` is the name of the one that holds `path`; `program` is this binary's, without directories.
asked_replay load_asked_replay(const char* variable, const std::string& path, const std::string& program,
                               const std::string& test);

}  // namespace twinloop::testing

#endif
