// A directory of results: for each search a file of results, its JUnit twin, and the replay files of what was found.
#ifndef TWINLOOP_SIM_TESTING_RESULTS_DIRECTORY_HPP
#define TWINLOOP_SIM_TESTING_RESULTS_DIRECTORY_HPP

#include "sim/testing/results.hpp"

namespace twinloop::testing {

/// Why a directory, or a file in it, cannot be used; a sentence.
struct results_error {
  std::string text;
};

/// One file of results, held by this process alone. All of it throws results_error.
class results_file {
 public:
  /// Makes the directory if there is none, and reads the results of an earlier search. Refuses what is damaged, is of
  /// another search, or is being written by another process: nothing is lost.
  results_file(const std::string& directory, const search_identity& identity, const shard& part);
  ~results_file();
  results_file(const results_file&) = delete;
  results_file& operator=(const results_file&) = delete;

  search_results& results() { return results_; }
  const search_results& results() const { return results_; }
  bool resumed() const { return resumed_; }
  /// The path of a file beside it.
  std::string beside(const std::string& name) const { return directory_ + "/" + name; }
  const std::string& path() const { return path_; }
  /// Writes both files; a reader sees the old or the new ones, whole.
  void save() const;

 private:
  std::string directory_;
  std::string path_;  ///< of the JSON file
  int lock_ = -1;
  bool resumed_ = false;
  search_results results_;
};

/// The results in one file.
search_results load_results(const std::string& path);
/// The files of results in a directory, in the order of their names. All that end in ".json" are taken for results.
std::vector<std::string> list_results(const std::string& directory);

}  // namespace twinloop::testing

#endif
