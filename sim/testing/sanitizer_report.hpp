// What a sanitizer printed, read: its kind and the place in the program that it is about.
#ifndef TWINLOOP_SIM_TESTING_SANITIZER_REPORT_HPP
#define TWINLOOP_SIM_TESTING_SANITIZER_REPORT_HPP

#include <optional>
#include <string>
#include <string_view>

namespace twinloop::testing {

struct sanitizer_report {
  std::string kind;  ///< "AddressSanitizer.heap-use-after-free", "UndefinedBehaviorSanitizer.signed-integer-overflow"
  std::string headline;  ///< its own words
  std::string function;  ///< the top frame that is the program's own; empty if it names none
  std::string place;     ///< "server.cpp:88" of that frame
};

/// Where the first report begins; npos if there is none.
std::size_t find_sanitizer_report(std::string_view output);
/// The first report in a program's output.
std::optional<sanitizer_report> read_sanitizer_report(std::string_view output);

}  // namespace twinloop::testing

#endif
