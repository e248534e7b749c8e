#include <twinloop/testing.hpp>

#include "program.hpp"

int main() {
  twinloop::sim::world world;
  auto& process = world.add_host("host").start("program", count_to_three);
  world.run();
  return world.report().clean() && process.exit_status() == 0 ? 0 : 1;
}
