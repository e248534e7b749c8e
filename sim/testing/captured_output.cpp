// Where the output of a worker goes.
#include "sim/testing/captured_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "sim/testing/sanitizer_report.hpp"

namespace twinloop::testing {
namespace {
constexpr long output_kept = 32 << 10;
constexpr long output_searched = 1 << 20;
}  // namespace

captured_output::captured_output() : file_(std::tmpfile()) {}

captured_output::~captured_output() {
  if (file_ != nullptr) std::fclose(file_);
}

void captured_output::redirect_this_process() const {
  const int target = file_ != nullptr ? ::fileno(file_) : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (target < 0) return;
  ::fcntl(target, F_SETFL, ::fcntl(target, F_GETFL) | O_APPEND);
  ::dup2(target, STDOUT_FILENO);
  ::dup2(target, STDERR_FILENO);
}

void captured_output::show_news() {
  for (std::string news = read(shown_, output_kept); !news.empty(); news = read(shown_, output_kept)) {
    std::fwrite(news.data(), 1, news.size(), stdout);
    shown_ += static_cast<long>(news.size());
  }
  std::fflush(stdout);
}

std::string captured_output::text() const {
  if (file_ == nullptr) return {};
  const long size = ::lseek(::fileno(file_), 0, SEEK_END);
  if (size <= output_kept) return read(0, size);
  const std::string all = read(std::max(0L, size - output_searched), std::min(size, output_searched));
  const std::size_t tail = all.size() - std::min<std::size_t>(all.size(), output_kept);
  const std::size_t report = find_sanitizer_report(all);
  return all.substr(std::min(report, tail), output_kept);
}

std::string captured_output::read(long from, long size) const {
  if (file_ == nullptr || size <= 0) return {};
  std::string text(static_cast<std::size_t>(size), '\0');
  const ssize_t got = ::pread(::fileno(file_), text.data(), text.size(), from);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

}  // namespace twinloop::testing
