#include <twinloop/check.hpp>

#include "program.hpp"

int main() {
  const auto property = [](twinloop::sim::world& world, bool) {
    auto& process = world.add_host("host").start("program", count_to_three);
    world.run();
    return process.exit_status() == 0;
  };
  return twinloop::check("it counts to three", property, {.cases = 5}) ? 0 : 1;
}
