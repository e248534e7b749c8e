// How many different things a search has seen, and how much is likely left.
#ifndef TWINLOOP_SIM_TESTING_COVERAGE_HPP
#define TWINLOOP_SIM_TESTING_COVERAGE_HPP

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace twinloop::testing {

/// The figures, for printing.
struct coverage_report {
  static constexpr std::uint64_t saturated_after = 500;
  std::uint64_t runs = 0;
  std::uint64_t classes = 0;     ///< different ones among them
  std::uint64_t singletons = 0;  ///< classes met exactly once
  std::uint64_t since_new = 0;   ///< runs since the last one of a new class
  /// The chance that one more run is of a class not met yet, as Good and Turing estimate it: singletons / runs.
  double unseen() const { return runs == 0 ? 1 : static_cast<double>(singletons) / static_cast<double>(runs); }
  bool saturated() const { return since_new >= saturated_after; }
};

/// The classes that the runs of one or several workers were of.
class coverage {
 public:
  void add(std::uint64_t class_hash);
  coverage_report report() const;
  /// Adds what another worker or shard saw; since_new goes on only if that was nothing new.
  void merge(const coverage& other);
  /// All of it as numbers; load gives nothing when they are not of a coverage.
  std::vector<std::uint64_t> save() const;
  static std::optional<coverage> load(std::span<const std::uint64_t> words);

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> seen_;  ///< class -> runs
  std::uint64_t runs_ = 0;
  std::uint64_t singletons_ = 0;
  std::uint64_t since_new_ = 0;
};

}  // namespace twinloop::testing

#endif
