// run_main: arguments in, exit status out, and exceptions become a message.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "twinloop/real.hpp"

namespace twinloop::real {
namespace {

TEST(run_main, passes_the_arguments_without_the_name_and_gives_back_the_status) {
  std::string words[] = {"program", "one", "two"};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  const int status = run_main(3, argv, [](loop&, arguments given) {
    return given == arguments{"one", "two"} ? 17 : 1;
  });
  EXPECT_EQ(status, 17);
}

TEST(run_main, works_without_any_arguments) {
  char* argv[] = {nullptr};
  EXPECT_EQ(run_main(0, argv, [](loop&, arguments given) { return static_cast<int>(given.size()); }), 0);
}

TEST(run_main, exception_is_printed_and_the_status_is_70) {
  char name[] = "program";
  char* argv[] = {name, nullptr};
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_main(1, argv, [](loop&, arguments) -> int { throw std::runtime_error("no disk"); }), 70);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("no disk"), std::string::npos);
}

}  // namespace
}  // namespace twinloop::real
