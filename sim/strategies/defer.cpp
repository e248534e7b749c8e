// Picks stay natural; a completion is held back with a drawn probability, until 1, 3, ... 127 others were delivered. A
// long delay is one deviation, so what this finds shrinks best.
#include <algorithm>

#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

class defer_source final : public searching_source {
 public:
  explicit defer_source(const search_plan& plan) : searching_source(plan, false) {}

 private:
  std::uint32_t pick(const question&) override { return 0; }
  std::uint32_t hold(const question& asked) override {
    if (!picks_.one_in(plan_.defer_one_in)) return 0;
    return 1 + picks_.below(std::min(asked.n, holds_by_count) - 1);
  }
  std::uint32_t start(const question& asked) override { return value(asked); }
};

}  // namespace

std::unique_ptr<search_source> make_defer(const search_plan& plan) { return std::make_unique<defer_source>(plan); }

}  // namespace twinloop::sim
