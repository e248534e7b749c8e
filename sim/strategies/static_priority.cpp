// Each ready thing draws a priority once and the highest goes first: "X after L others" has at least 1/(L + 1),
// whatever else goes on. The choice-sequence counterpart of postponing a callback.
#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

class static_priority_source final : public searching_source {
 public:
  using searching_source::searching_source;

 private:
  std::uint32_t pick(const question& asked) override {
    const std::uint64_t seed = plan_.seed;
    const choice_option* best = asked.options.data();
    std::uint64_t highest = 0;
    for (const choice_option& option : asked.options) {
      const std::uint64_t priority = drawn_priority(option.identity, seed);
      if (priority > highest) best = &option, highest = priority;
    }
    return index_of(*best, asked);
  }
};

}  // namespace

std::unique_ptr<search_source> make_static_priority(const search_plan& plan) {
  return std::make_unique<static_priority_source>(plan);
}

}  // namespace twinloop::sim
