// The command merge: one directory of results out of several.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/testing/explore_text.hpp"
#include "sim/testing/file_io.hpp"
#include "sim/testing/results_json.hpp"
#include "sim/testing/session.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

using nlohmann::json;

/// What is to be written: results by the name of their file, and replay files by theirs. Nothing is written before all
/// of it is known to fit together.
class merging {
 public:
  explicit merging(const session& session) : session_(session) {}

  void read(const std::string& directory) {
    const std::vector<std::string> paths = list_results(directory);
    if (paths.empty()) throw results_error{fmt::format("{} holds no results", directory)};
    for (const std::string& path : paths) take(path, directory);
  }

  void write(const std::string& into) {
    for (auto& [name, merged] : merged_) {
      results_file file(into, merged.identity, {});
      if (const auto error = merged.merge(file.results())) refuse(file.path(), *error);
      for (const auto& [from, to] : replay_files_) {
        std::string error;
        const auto content = read_whole_file(from, error);
        std::optional<std::string> failed = content ? replace_file(file.beside(to), *content) : error;
        if (failed) throw results_error{*failed};
      }
      file.results() = merged;
      file.save();
      tell(file.path(), merged);
    }
  }

  int finish() const {
    session_.out.give({{"command", "merge"}, {"into", session_.line.merge_into}, {"results", told_}});
    return failed_ ? exit_failure : exit_clean;
  }

 private:
  [[noreturn]] static void refuse(const std::string& path, const std::string& why) {
    throw results_error{fmt::format("cannot merge {}: {}; nothing was changed", path, why)};
  }

  void take(const std::string& path, const std::string& directory) {
    const search_results results = load_results(path);
    if (results.identity.program != session_.line.program) {
      throw results_error{fmt::format("{} holds results of the program \"{}\", and this is \"{}\"; merge it with {}",
                                      path, results.identity.program, session_.line.program, results.identity.program)};
    }
    const auto [at, fresh] = merged_.try_emplace(results.identity.file_name({}), search_results{results.identity, {}});
    if (const auto error = at->second.merge(results)) refuse(path, *error);
    for (const result_part& part : results.parts) {
      for (const auto& [what, failure] : part.failures) {
        if (!failure.file.empty()) add_replay_file(directory + "/" + failure.file, failure.file);
      }
    }
  }

  void add_replay_file(const std::string& from, const std::string& to) {
    if (std::filesystem::exists(from)) {
      replay_files_[from] = to;
    } else {
      session_.out.complain(session_.line.program,
                            fmt::format("{} is not there any more: the merged results name it in vain", from));
    }
  }

  void tell(const std::string& path, const search_results& merged) {
    const result_summary sum = merged.summary();
    failed_ = failed_ || !sum.failures.empty();
    session_.out.say(fmt::format("{}: {} of {}, {} in {}\n", path, plural(sum.runs, "run"), merged.identity.scenario,
                                 plural(sum.failures.size(), "failure"), plural(sum.failing, "run")));
    session_.out.say(failures_text(sum.failures));
    told_.push_back({{"file", path}, {"scenario", merged.identity.scenario}, {"summary", summary_json(sum)}});
  }

  const session& session_;
  std::map<std::string, search_results> merged_;
  std::map<std::string, std::string> replay_files_;  ///< from -> name in the new directory
  json told_ = json::array();
  bool failed_ = false;
};

}  // namespace

int merge_command(const session& session) {
  merging all(session);
  for (const std::string& directory : session.line.merge_from) all.read(directory);
  all.write(session.line.merge_into);
  return all.finish();
}

}  // namespace twinloop::testing
