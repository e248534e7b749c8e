# What the build needs beside a compiler. Distribution packages first; FetchContent only where there is none.
include(FetchContent)
set(FETCHCONTENT_QUIET ON)
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS context)

FetchContent_Declare(fmt
  URL https://github.com/fmtlib/fmt/archive/refs/tags/9.1.0.tar.gz
  URL_HASH SHA256=5dea48d1fcddc3ec571ce2058e13910a0d4a6bab4cc09a809d8b1dd1c88ae6f2
  SYSTEM FIND_PACKAGE_ARGS 9)
FetchContent_MakeAvailable(fmt)
if(TWINLOOP_SIM)
  FetchContent_Declare(CLI11
    URL https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.1.2.tar.gz
    SYSTEM FIND_PACKAGE_ARGS 2)
  FetchContent_Declare(nlohmann_json
    URL https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz
    SYSTEM FIND_PACKAGE_ARGS 3)
  FetchContent_Declare(pugixml
    URL https://github.com/zeux/pugixml/archive/refs/tags/v1.13.tar.gz
    SYSTEM FIND_PACKAGE_ARGS 1)
  FetchContent_MakeAvailable(CLI11 nlohmann_json pugixml)
endif()
if(TWINLOOP_BUILD_TESTS)
  FetchContent_Declare(googletest
    URL https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz
    SYSTEM FIND_PACKAGE_ARGS NAMES GTest)
  FetchContent_MakeAvailable(googletest)
endif()
if(TWINLOOP_SIM OR TWINLOOP_BUILD_TESTS)
  find_package(rapidcheck CONFIG QUIET)  # optional: twinloop::rapidcheck and the property tests
endif()
