// What searches of one subject have found so far, kept in a file: so that later searches go on where earlier ones
// ended, and that what several machines found becomes one.
#ifndef TWINLOOP_SIM_TESTING_RESULTS_HPP
#define TWINLOOP_SIM_TESTING_RESULTS_HPP

#include "sim/testing/explore.hpp"

namespace twinloop::testing {

/// What makes runs comparable: equal identities and equal run numbers are equal runs.
struct search_identity {
  std::string program;
  std::string scenario;
  configuration settings;
  std::uint32_t kinds = 0;
  std::string strategy;
  std::uint64_t seed = 0;
  bool operator==(const search_identity&) const = default;
  /// A file name without its ending: "kv-crashes-1f2e3d4c", with ".2-of-4" for a shard.
  std::string file_name(const shard& part) const;
};

struct result_failure {
  std::string message;
  std::string place;
  std::string nature;   ///< failure, leaking_state, not_deterministic
  std::string outcome;  ///< of the run: failed, hung, ...
  std::uint64_t count = 0;
  std::uint64_t run = 0;  ///< the lowest that showed it
  std::uint64_t hash = 0;
  std::uint64_t deviations = 0;
  bool confirmed = true;
  std::string file;  ///< its replay file, beside the results; empty if there is none
};
using result_failures = std::map<failure_signature, result_failure>;

/// What one shard did. Merged results keep the parts apart, so that merging the same thing twice adds nothing.
struct result_part {
  shard part{};
  interval_set done;  ///< places
  std::uint64_t choices = 0;
  std::uint64_t failing = 0;
  double seconds = 0;
  result_failures failures;
  std::optional<coverage> seen = coverage();  ///< nothing: it became too large to keep, or was not watched
};

/// All parts together.
struct result_summary {
  std::uint64_t runs = 0;
  std::uint64_t choices = 0;
  std::uint64_t failing = 0;
  double seconds = 0;
  result_failures failures;
  std::optional<coverage_report> seen;
};

struct search_results {
  search_identity identity;
  std::vector<result_part> parts;

  result_part& part_of(const shard& which);
  /// Whether a part other than `but` has done this run.
  bool done_elsewhere(std::uint64_t run, const shard& but) const;
  result_summary summary() const;
  /// Takes over what `other` has and this has not. A sentence if that cannot be, and then nothing is changed.
  std::optional<std::string> merge(const search_results& other);

  /// As JSON text, with a checksum.
  std::string encode() const;
  /// The results in `text`, or in `error` the rest of a sentence that begins with the file's name.
  static std::optional<search_results> decode(const std::string& text, std::string& error);
};

/// The same for continuous integration: JUnit XML, a test case for each failure, or one that passed.
std::string junit_text(const search_results& results);

}  // namespace twinloop::testing

#endif
