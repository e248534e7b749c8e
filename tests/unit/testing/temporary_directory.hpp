// A directory of a test's own, removed with all that is in it.
#ifndef TWINLOOP_TESTS_UNIT_TESTING_TEMPORARY_DIRECTORY_HPP
#define TWINLOOP_TESTS_UNIT_TESTING_TEMPORARY_DIRECTORY_HPP

#include <stdlib.h>

#include <filesystem>
#include <string>

class temporary_directory {
 public:
  temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "twinloop-testing-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  std::string path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

#endif
