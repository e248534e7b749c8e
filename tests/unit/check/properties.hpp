// Small programs that properties are tried on.
#ifndef TWINLOOP_TESTS_UNIT_CHECK_PROPERTIES_HPP
#define TWINLOOP_TESTS_UNIT_CHECK_PROPERTIES_HPP

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "twinloop/check.hpp"
#include "twinloop/work.hpp"

namespace properties {

/// A number that three callbacks change, in the order in which their jobs complete: -2, x4, +70. Natural order is this
/// one. Zero is reached from -17 if x4 comes first, and from -68 if x4 comes last, after +70: two orders of six each.
inline void change_three_times(twinloop::sim::world& world, int start, const std::function<void(int)>& at_end) {
  world.add_host("server").start("program", [start, &at_end](twinloop::loop& loop, const twinloop::arguments&) {
    static constexpr std::array<const char*, 3> names = {"minus two", "times four", "plus seventy"};
    int value = start;
    std::size_t done = 0;
    const std::array<std::function<void()>, 3> changes = {[&] { value -= 2; }, [&] { value *= 4; },
                                                          [&] { value += 70; }};
    std::vector<std::unique_ptr<twinloop::work_handle>> jobs;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      jobs.push_back(std::make_unique<twinloop::work_handle>(loop, names[i]));
      jobs.back()->start([](twinloop::job&) {},
                         [&, i](twinloop::errc) {
                           changes[i]();
                           if (++done == changes.size()) at_end(value);
                         });
    }
    loop.run();
    return 0;
  });
  world.run();
}

}  // namespace properties

#endif
