// Where the commands of a scenario binary print: text for people, or one JSON object for tools.
#ifndef TWINLOOP_SIM_TESTING_CONSOLE_HPP
#define TWINLOOP_SIM_TESTING_CONSOLE_HPP

#include <string>
#include <string_view>

#include "sim/testing/report.hpp"

namespace twinloop::testing {

class console {
 public:
  explicit console(bool json) : json_(json), colours_(json ? palette{} : palette::for_descriptor(1)) {}
  bool json() const { return json_; }
  const palette& colours() const { return colours_; }
  /// Text for people, on standard output; nothing with --json.
  void say(std::string_view text);
  /// The one object of --json; nothing without it.
  void give(const nlohmann::json& object);
  /// An error, on standard error; with --json also {"error": ...} on standard output.
  void complain(const std::string& program, const std::string& text);
  /// What became of all that was said: `status`, or wrong use, told on standard error, if some of it was lost. The
  /// commands go on in between: a search that nobody reads still leaves its files.
  int finish(const std::string& program, int status) const;

 private:
  void write(std::string_view text);
  bool json_;
  int error_ = 0;  // errno of the first write that failed
  palette colours_;
};

}  // namespace twinloop::testing

#endif
