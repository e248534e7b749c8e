// Power failures of a disk, for its tests: what is left after each list of answers.
#ifndef TWINLOOP_TESTS_UNIT_SIM_DISK_FAILURES_HPP
#define TWINLOOP_TESTS_UNIT_SIM_DISK_FAILURES_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/machine/disk.hpp"

namespace twinloop::sim {

using answers = std::vector<std::uint32_t>;

inline std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

inline std::string contents(disk& on, std::string_view path) {
  std::string text(on.status(path)->size, '?');
  (void)on.read(**on.open(path, open_read, 0, 0), std::as_writable_bytes(std::span(text)), 0);
  return text;
}

/// A file, durable with its name.
inline void add_file(disk& to, std::string_view path, std::string_view text) {
  (void)to.write(**to.open(path, open_write | open_create, 0644, 0), bytes(text), 0, 0);
  to.settle();
}

inline std::map<std::string, std::string> all_files(disk& on) {
  std::map<std::string, std::string> found;
  for (const std::string& path : on.files()) found[path] = contents(on, path);
  return found;
}

/// The failure of a disk made by `prepare` that gets `given` first, then zeros. `given` becomes all answers, `asked`
/// the numbers of answers that there were.
inline disk fail(const std::function<void(disk&)>& prepare, answers& given, answers& asked) {
  disk failing;
  prepare(failing);
  asked.clear();
  failing.power_failure([&](std::string_view, std::uint32_t n) {
    asked.push_back(n);
    if (given.size() < asked.size()) given.push_back(0);
    return given[asked.size() - 1];
  });
  return failing;
}

/// What `look` sees after every possible failure.
template <class Look>
auto every_failure(const std::function<void(disk&)>& prepare, Look look) {
  std::map<answers, decltype(look(std::declval<disk&>()))> seen;
  answers given;
  answers asked;
  do {
    disk failed = fail(prepare, given, asked);
    seen[given] = look(failed);
    while (!given.empty() && given.back() + 1 == asked[given.size() - 1]) given.pop_back();
    if (!given.empty()) ++given.back();
  } while (!given.empty());
  return seen;
}

}  // namespace twinloop::sim

#endif
