// A baseline: what NACD (ECOOP 2025) does around the interfaces of Node, as far as the choices of this simulator can
// say it. Each asynchronous completion is delayed with probability 1/2 by a uniform virtual time of up to 500 ms (in
// eight steps); each time that timers come due they are late with probability 1/2 (by 1, 10 or 100 ms). A handle has at
// most one operation of each direction under way, so order within one is kept. Picks are natural.
#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

class nacd_source final : public searching_source {
 public:
  explicit nacd_source(const search_plan& plan) : searching_source(plan, false) {}

 private:
  std::uint32_t pick(const question&) override { return 0; }
  std::uint32_t batch(const question&) override { return 0; }
  std::uint32_t hold(const question& asked) override {
    if (!picks_.one_in(2) || asked.n <= holds_by_count) return 0;
    return holds_by_count + picks_.below(asked.n - holds_by_count);
  }
  std::uint32_t value(const question& asked) override {
    if (asked.kind != choice_kind::timer_late || !values_.one_in(2)) return 0;
    return 1 + values_.below(asked.n - 1);
  }
  std::uint32_t start(const question& asked) override { return value(asked); }
};

}  // namespace

std::unique_ptr<search_source> make_nacd(const search_plan& plan) { return std::make_unique<nacd_source>(plan); }

}  // namespace twinloop::sim
