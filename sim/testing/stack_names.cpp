// Where a worker was when it died: names for its return addresses. The worker is a fork of this process, so the same
// code lies at the same addresses here.
#include <fmt/format.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string_view>

#include "sim/testing/stack_note.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

struct found_module {
  std::uint64_t address;
  std::uint64_t offset = 0;
  bool is_program = false;
};

int look_into_module(dl_phdr_info* module, std::size_t, void* context) {
  found_module& wanted = *static_cast<found_module*>(context);
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto& segment = module->dlpi_phdr[i];
    const std::uint64_t begin = module->dlpi_addr + segment.p_vaddr;
    if (segment.p_type != PT_LOAD || wanted.address < begin || wanted.address >= begin + segment.p_memsz) continue;
    wanted.offset = wanted.address - module->dlpi_addr;
    wanted.is_program = module->dlpi_name == nullptr || *module->dlpi_name == '\0';
    return 1;
  }
  return 0;
}

std::string path_of_program() {
  std::array<char, 4096> path;
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  return size <= 0 ? "" : std::string(path.data(), static_cast<std::size_t>(size));
}

/// What a shell command prints; empty if it cannot be run.
std::string output_of(const std::string& command) {
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string text;
  std::array<char, 4096> block;
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), pipe)) text.append(block.data(), got);
  ::pclose(pipe);
  return text;
}

std::string quoted(const std::string& path) {
  std::string text = "'";
  for (const char letter : path) text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return text + "'";
}

/// A function without its parameters and template arguments: "kv::server::reply", "kv::start::{lambda#1}::operator".
std::string short_function(std::string_view full) {
  static constexpr std::string_view unnamed = "(anonymous namespace)::";
  std::string name;
  int depth = 0;
  for (std::size_t at = 0; at < full.size(); ++at) {
    if (depth == 0 && full.substr(at).starts_with(unnamed)) {
      at += unnamed.size() - 1;
      continue;
    }
    const char letter = full[at];
    const bool opens = letter == '(' || letter == '<';
    const bool closes = letter == ')' || (letter == '>' && depth > 0);
    if (opens) ++depth;
    if (depth == 0) name += letter;
    if (closes) --depth;
  }
  if (name.ends_with(" const")) name.resize(name.size() - 6);
  return name;
}

/// The functions at an offset into the program, innermost inlined one first. Looked up with the system's addr2line;
/// without it, and without symbols, the offset itself is the name.
std::vector<code_place> places_at(std::uint64_t offset) {
  static std::map<std::uint64_t, std::vector<code_place>> known;
  static const std::string program = path_of_program();
  auto [at, added] = known.try_emplace(offset);
  if (!added) return at->second;
  const naming_note scope;
  const std::string text = output_of(fmt::format("addr2line -Cfie {} {:#x} 2>/dev/null", quoted(program), offset));
  std::string_view rest = text;
  const auto next_line = [&rest] {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    return std::string(line);
  };
  while (!rest.empty()) {
    code_place place{short_function(next_line()), next_line()};
    if (place.function == "??" || place.function.empty()) continue;
    place.line = place.line.substr(0, place.line.find(" ("));  // "(discriminator 2)"
    place.line = place.line.starts_with("??") ? "" : std::filesystem::path(place.line).lexically_normal().string();
    at->second.push_back(std::move(place));
  }
  if (at->second.empty()) at->second.push_back({fmt::format("{}+{:#x}", base_name(program), offset), ""});
  return at->second;
}

/// Where twinloop's own sources stand, as the debugger's information of this very file spells it; empty without any.
std::string own_sources() {
  static constexpr std::string_view this_file = "sim/testing/stack_names.cpp";
  const auto address = reinterpret_cast<std::uint64_t>(&library_function);
  found_module module{address};
  ::dl_iterate_phdr(look_into_module, &module);
  for (const code_place& place : places_at(module.offset)) {
    const std::string file = place.line.substr(0, place.line.rfind(':'));
    if (file.ends_with(this_file)) return file.substr(0, file.size() - this_file.size());
  }
  return {};
}

/// By its file, where that is known: the names of inlined functions do not say whose they are.
bool of_libraries(const code_place& place) {
  static const std::string root = own_sources();
  if (place.line.empty()) return library_function(place.function);
  if (place.line.starts_with("/usr/")) return true;
  // Objects that a compiler cache took from another checkout say that they stand there: no wrapper is the program's.
  if (place.line.find("/sim/testing/wrapped_") != std::string::npos) return true;
  if (root.empty() || !place.line.starts_with(root)) return false;
  const std::string_view file = std::string_view(place.line).substr(root.size());
  return file.starts_with("sim/") || file.starts_with("loop/") || file.starts_with("real/") ||
         file.starts_with("include/");
}

code_place for_people(code_place place) {
  if (place.line.ends_with(":?")) place.line.clear();
  place.line = short_path(place.line);
  const std::string file = base_name(place.line.substr(0, place.line.rfind(':')));
  if (library_function(place.function)) {
    place.function = "code of " + base_name(place.line);  // inlined into a library's function, whose name stands here
  } else if (place.function.find("::") == std::string::npos && !file.empty()) {
    place.function += " of " + file;
  }
  return place;
}

found_module module_of(std::uint64_t address) {
  found_module module{address};
  ::dl_iterate_phdr(look_into_module, &module);
  return module;
}

/// The frame that a signal interrupted follows the system's frame that called the handler; its address is where it was.
/// All others are return addresses, which may be the first of the next function.
std::size_t interrupted_frame(const stack_samples::sample& sample, std::size_t count) {
  std::size_t at = 0;
  while (at < count && module_of(sample.frames[at]).is_program) ++at;
  return at + 1;
}

/// The program's functions of one sample, outermost first.
std::vector<code_place> stack_of(const stack_samples::sample& sample) {
  std::vector<code_place> stack;
  const std::size_t count = std::min<std::size_t>(sample.count.load(), stack_samples::frames_max);
  const std::size_t interrupted = interrupted_frame(sample, count);
  for (std::size_t i = count; i-- > 0;) {
    if (sample.frames[i] == 0) continue;
    const found_module module = module_of(sample.frames[i] - (i == interrupted ? 0 : 1));
    if (!module.is_program) continue;
    std::vector<code_place> inlined = places_at(module.offset);
    stack.insert(stack.end(), inlined.rbegin(), inlined.rend());
  }
  return stack;
}

}  // namespace

bool library_function(const std::string& name) {
  static constexpr std::string_view prefixes[] = {"std::",           "__",         "twinloop::",      "boost::",
                                                  "fmt::",           "testing::",  "_Unwind",         "operator new",
                                                  "operator delete", "void std::", "void twinloop::", "int twinloop::",
                                                  "bool twinloop::"};
  return name.empty() || name == "_start" || name == "main" || name == "abort" || name == "raise" ||
         std::any_of(std::begin(prefixes), std::end(prefixes),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string short_path(const std::string& path) {
  std::size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return path;
  slash = path.rfind('/', slash - 1);
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

code_place common_place(const stack_samples& samples) {
  const std::size_t taken = std::min<std::size_t>(samples.taken.load(), stack_samples::samples_max);
  if (taken == 0) return {};
  std::vector<code_place> common = stack_of(samples.each[0]);
  for (std::size_t i = 1; i < taken; ++i) {
    const std::vector<code_place> other = stack_of(samples.each[i]);
    const auto ends = std::mismatch(common.begin(), common.end(), other.begin(), other.end(),
                                    [](const code_place& a, const code_place& b) { return a.function == b.function; });
    common.erase(ends.first, common.end());
  }
  for (std::size_t i = common.size(); i-- > 0;) {
    if (!of_libraries(common[i])) return for_people(std::move(common[i]));
  }
  return {};
}

std::string program_line(std::span<void* const> return_addresses) {
  for (void* const address : return_addresses) {
    const found_module module = module_of(reinterpret_cast<std::uint64_t>(address) - 1);
    if (!module.is_program) continue;
    for (const code_place& place : places_at(module.offset)) {
      if (of_libraries(place)) continue;
      if (std::string line = for_people(place).line; !line.empty()) return line;
    }
  }
  return {};
}

}  // namespace twinloop::testing
