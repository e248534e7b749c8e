// What tells one failure from another: many runs that fail alike are one finding, and two bugs never are.
#ifndef TWINLOOP_SIM_TESTING_FAILURE_SIGNATURE_HPP
#define TWINLOOP_SIM_TESTING_FAILURE_SIGNATURE_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/testing/observation.hpp"
#include "twinloop/testing.hpp"

namespace twinloop::testing {

/// Exploring groups its findings by it; shrinking accepts no run with another one.
struct failure_signature {
  std::string kind;  ///< check, expectation, assertion, exception, crash, exit, sanitizer, hang, leak, ...
  std::string name;  ///< of the failure: "kv.acknowledged_writes_survive", "crash.SIGSEGV"
  std::string site;  ///< run_result::site: the function, the expression, who waits; may be empty

  /// False for the signature of a clean run, which is empty.
  bool failing() const { return !kind.empty(); }
  /// One line for people, the same for the same bug in every run and on every machine.
  std::string text() const;
  /// Eight hexadecimal digits of a hash of it, for file names.
  std::string key() const;
  bool operator==(const failure_signature&) const = default;
  auto operator<=>(const failure_signature&) const = default;
};

/// The signature of a run that did not end clean.
failure_signature signature_of(const run_result& result);

/// Of a run whose steps are known; empty for a clean one. A crash or an endless loop without a site has the callback
/// that was running for one, so that shrinking does not take one death for another.
failure_signature signature_of(const observation& seen);

/// `text` without what differs from run to run: "N" for each number and address.
std::string normalised(std::string_view text);

/// The site of a failure that is known by a set of lines, as who waits in a hang: normalised, sorted, each once,
/// without source places.
std::string site_of(const std::vector<std::string>& lines);

/// The site of a failure that is known by its words, as an assertion or an exception.
std::string site_of(const sim::failure& broke);

}  // namespace twinloop::testing

#endif
