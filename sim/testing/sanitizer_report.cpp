// What a sanitizer printed, read. The forms are those of compiler-rt and libsanitizer:
//   ==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x... at pc ...
//   WARNING: ThreadSanitizer: data race (pid=12)
//   server.cpp:88:14: runtime error: signed integer overflow: ...
//       #1 0x55d8 in kv::server::reply(int) /src/server.cpp:88:14
#include "sim/testing/sanitizer_report.hpp"

#include <algorithm>
#include <array>

#include "sim/testing/stack_note.hpp"

namespace twinloop::testing {
namespace {

constexpr std::array<std::string_view, 5> tools = {"AddressSanitizer", "LeakSanitizer", "ThreadSanitizer",
                                                   "MemorySanitizer", "UndefinedBehaviorSanitizer"};
constexpr std::string_view runtime_error = ": runtime error: ";

std::string_view line_at(std::string_view text, std::size_t at) {
  const std::size_t newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

std::string kind_of(std::string_view words) {
  std::string kind(words.substr(0, std::min({words.find(" on "), words.find(" ("), words.find_first_of(":\n")})));
  std::replace(kind.begin(), kind.end(), ' ', '-');
  return kind;
}

/// "server.cpp:88" from "/src/server.cpp:88:14" or "/src/server.cpp:88".
std::string place_of(std::string text) {
  if (text.find('/') == std::string::npos || text.front() == '(') return {};
  const std::size_t column = text.rfind(':');
  const std::size_t line = column == std::string::npos || column == 0 ? column : text.rfind(':', column - 1);
  const auto digits = [&](std::size_t from, std::size_t to) {
    return from < to &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from), text.begin() + static_cast<std::ptrdiff_t>(to),
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  if (line != std::string::npos && line != column && digits(line + 1, column)) text.resize(column);
  return short_path(text);
}

/// One frame: "    #1 0x55d8 in function(int) /src/file.cpp:88:14" or, of ThreadSanitizer,
/// "    #1 function(int) /src/file.cpp:88 (program+0x1a2)".
std::optional<code_place> frame_of(std::string_view line) {
  const std::size_t number = line.find_first_not_of(' ');
  if (number == std::string_view::npos || line[number] != '#') return std::nullopt;
  std::size_t at = line.find(' ', number);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + 1);
  if (line.starts_with("0x")) {
    const std::size_t in = line.find(" in ");
    line.remove_prefix(in == std::string_view::npos ? line.size() : in + 4);
  }
  if (const std::size_t module = line.rfind(" (");
      module != std::string_view::npos && line.ends_with(')') && line.find('+', module) != std::string_view::npos) {
    line = line.substr(0, module);
  }
  if (const std::size_t build = line.rfind(" (BuildId:"); build != std::string_view::npos) line = line.substr(0, build);
  const std::size_t space = line.rfind(" /");
  if (space == std::string_view::npos) return code_place{std::string(line), ""};
  return code_place{std::string(line.substr(0, space)), place_of(std::string(line.substr(space + 1)))};
}

bool in_the_runtime(const code_place& frame) {
  static constexpr std::array<std::string_view, 9> files = {"asan_",      "tsan_",        "ubsan_", "lsan_",    "msan_",
                                                            "sanitizer_", "interceptors", "libc",   "libstdc++"};
  const std::string file = frame.line.substr(frame.line.rfind('/') + 1);
  static constexpr std::array<std::string_view, 11> functions = {
      "malloc", "calloc",  "realloc", "free",   "operator new", "operator delete",
      "memcpy", "memmove", "memset",  "strlen", "abort"};
  return std::any_of(files.begin(), files.end(), [&](std::string_view each) { return file.starts_with(each); }) ||
         std::any_of(functions.begin(), functions.end(), [&](std::string_view each) {
           return frame.function == each || frame.function.starts_with(std::string(each) + "(");
         });
}

/// The first frame of the first stack that is the program's own.
code_place top_frame(std::string_view report) {
  while (!report.empty()) {
    const std::string_view line = report.substr(0, report.find('\n'));
    report.remove_prefix(std::min(report.size(), line.size() + 1));
    const std::optional<code_place> frame = frame_of(line);
    if (frame && !library_function(frame->function) && !in_the_runtime(*frame)) return *frame;
  }
  return {};
}

}  // namespace

std::size_t find_sanitizer_report(std::string_view output) {
  std::size_t first = output.find(runtime_error);
  if (first != std::string_view::npos) first = static_cast<std::size_t>(line_at(output, first).data() - output.data());
  for (const std::string_view tool : tools) {
    for (const std::string_view level : {"ERROR: ", "WARNING: "}) {
      const std::size_t at = output.find(std::string(level) + std::string(tool) + ": ");
      if (at == std::string_view::npos) continue;
      first = std::min(first, static_cast<std::size_t>(line_at(output, at).data() - output.data()));
    }
  }
  return first;
}

std::optional<sanitizer_report> read_sanitizer_report(std::string_view output) {
  const std::size_t begin = find_sanitizer_report(output);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view text = output.substr(begin);
  const std::string_view head = text.substr(0, text.find('\n'));
  sanitizer_report found;
  found.headline = head;
  if (found.headline.starts_with("==")) found.headline.erase(0, found.headline.find_first_not_of("=0123456789"));
  const code_place frame = top_frame(text.substr(std::min(text.size(), head.size() + 1)));
  found.function = frame.function;
  found.place = frame.line;
  if (const std::size_t error = head.find(runtime_error); error != std::string_view::npos) {
    found.kind = "UndefinedBehaviorSanitizer." + kind_of(head.substr(error + runtime_error.size()));
    if (found.place.empty()) found.place = place_of("./" + std::string(head.substr(0, error)));
    return found;
  }
  for (const std::string_view tool : tools) {
    const std::size_t at = head.find(std::string(tool) + ": ");
    if (at == std::string_view::npos) continue;
    found.kind = std::string(tool) + "." + kind_of(head.substr(at + tool.size() + 2));
    break;
  }
  if (const std::size_t sum = found.headline.find(" (pid="); sum != std::string::npos) found.headline.resize(sum);
  return found;
}

}  // namespace twinloop::testing
