// What sanitizers printed into the file that standard error is in a worker.
#include "sim/testing/printed_reports.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace twinloop::testing {
namespace {

off_t printed_so_far() {
  struct stat status {};
  return ::fstat(STDERR_FILENO, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

}  // namespace

printed_reports::printed_reports() : seen_(printed_so_far()) {}

std::optional<death> printed_reports::news() {
  const off_t now = printed_so_far();
  if (now <= seen_) return std::nullopt;
  std::string text(static_cast<std::size_t>(now - seen_), '\0');
  const ssize_t got = ::pread(STDERR_FILENO, text.data(), text.size(), seen_);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  seen_ = now;
  return describe_report(text);
}

}  // namespace twinloop::testing
