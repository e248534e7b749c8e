// A directory of results.
#include "sim/testing/results_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "sim/testing/file_io.hpp"

namespace twinloop::testing {
namespace {
namespace fs = std::filesystem;

void make_directory(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error || !fs::is_directory(directory, error)) {
    throw results_error{fmt::format("cannot make the directory {}: {}; name another one", directory,
                                    error ? error.message() : "there is a file of that name")};
  }
}

void write(const std::string& path, const std::string& text) {
  if (const std::optional<std::string> error = replace_file(path, text)) throw results_error{*error};
}

}  // namespace

results_file::results_file(const std::string& directory, const search_identity& identity, const shard& part)
    : directory_(directory), path_(directory + "/" + identity.file_name(part) + ".json") {
  make_directory(directory);
  const std::string lock_path = directory + "/." + identity.file_name(part) + ".lock";
  lock_ = ::open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (lock_ < 0) {
    throw results_error{fmt::format("cannot write to {}: {}; name another directory", directory,
                                    std::generic_category().message(errno))};
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw results_error{fmt::format("another search is writing {}; let it end, or name another directory", path_)};
  }
  results_.identity = identity;
  std::error_code ignored;
  if (!fs::exists(path_, ignored)) return;
  try {
    results_ = load_results(path_);
    if (!(results_.identity == identity)) {
      throw results_error{fmt::format("{} holds the results of another search (of {}, scenario {}); move it away",
                                      path_, results_.identity.program, results_.identity.scenario)};
    }
  } catch (const results_error&) {
    ::close(lock_);
    throw;
  }
  resumed_ = true;
}

/// The lock file stays: removing it could leave two others each with a lock of their own.
results_file::~results_file() { ::close(lock_); }

void results_file::save() const {
  write(path_, results_.encode());
  write(path_.substr(0, path_.size() - 5) + ".xml", junit_text(results_));
}

search_results load_results(const std::string& path) {
  std::string error;
  const std::optional<std::string> text = read_whole_file(path, error);
  if (!text) throw results_error{error};
  std::optional<search_results> results = search_results::decode(*text, error);
  if (!results) throw results_error{fmt::format("{} {}", path, error)};
  return *std::move(results);
}

std::vector<std::string> list_results(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  }
  if (error) throw results_error{fmt::format("cannot read the directory {}: {}", directory, error.message())};
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace twinloop::testing
