// A variable of the environment for the length of a scope.
#ifndef TWINLOOP_TESTS_UNIT_CHECK_SCOPED_VARIABLE_HPP
#define TWINLOOP_TESTS_UNIT_CHECK_SCOPED_VARIABLE_HPP

#include <cstdlib>
#include <string>

namespace twinloop {

/// Sets a variable for as long as it lives.
class scoped_variable {
 public:
  scoped_variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~scoped_variable() { ::unsetenv(name_); }
  scoped_variable(const scoped_variable&) = delete;
  scoped_variable& operator=(const scoped_variable&) = delete;

 private:
  const char* name_;
};

}  // namespace twinloop

#endif
