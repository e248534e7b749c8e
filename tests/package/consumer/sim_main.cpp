#include <cstdio>
#include <cstdlib>

#include <twinloop/testing.hpp>

#include "program.hpp"

namespace {

bool counts_to_three() {
  twinloop::sim::world world;
  auto& process = world.add_host("host").start("program", count_to_three);
  world.run();
  return world.report().clean() && process.exit_status() == 0;
}

/// The package's link options lead this executable's calls through wrappers.
bool what_goes_around_the_loop_is_caught() {
  twinloop::sim::world world;
  world.add_host("host").start(
      "program", [](twinloop::loop&, twinloop::arguments) { return std::getenv("HOME") == nullptr ? 1 : 0; });
  world.run();
  const auto& failures = world.report().failures;
  return failures.size() == 1 && failures[0].name == "outside.environment";
}

bool holds(const char* claim, bool held) {
  if (!held) std::fprintf(stderr, "does not hold: %s\n", claim);
  return held;
}

}  // namespace

int main() {
  const bool counts = holds("counts to three", counts_to_three());
  const bool caught = holds("what goes around the loop is caught", what_goes_around_the_loop_is_caught());
  return counts && caught ? 0 : 1;
}
