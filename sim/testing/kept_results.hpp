// The results directory of a search under way.
#ifndef TWINLOOP_SIM_TESTING_KEPT_RESULTS_HPP
#define TWINLOOP_SIM_TESTING_KEPT_RESULTS_HPP

#include "sim/testing/results_directory.hpp"

namespace twinloop::testing {

class kept_results {
 public:
  /// Throws results_error.
  kept_results(const std::string& directory, const search_identity& identity, const shard& part);

  /// What this search need not do.
  interval_set done_before() const { return before_.done; }
  std::function<bool(std::uint64_t run)> skip() const;
  /// By earlier searches of this shard and of others.
  coverage seen_before() const;
  bool known_before(const failure_signature& what) const;
  bool resumed() const { return file_.resumed(); }

  /// Where the replay file of a failure goes: the same place for the same failure, whichever search finds it.
  std::string replay_path(const failure_signature& what) const;
  void has_file(const failure_signature& what, const std::string& path);

  /// Takes over what the search has done so far, and writes it.
  void update(const exploration& so_far, bool finished);
  const search_results& all() const { return file_.results(); }
  const std::string& path() const { return file_.path(); }

 private:
  results_file file_;
  const shard part_;
  const std::string name_;                          ///< of the scenario, for file names
  result_part before_;                              ///< of this shard, when the search began
  search_results elsewhere_;                        ///< all parts then
  std::map<failure_signature, std::string> files_;  ///< names within the directory
};

}  // namespace twinloop::testing

#endif
