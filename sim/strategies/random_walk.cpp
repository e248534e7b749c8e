// Natural order, and the uniform random walk: a specific order has the product of 1/n over its picks.
#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

class natural_source final : public search_source {
  std::uint32_t answer(const question&) override { return 0; }
};

class random_walk_source final : public searching_source {
 public:
  explicit random_walk_source(const search_plan& plan) : searching_source(plan, false) {}

 private:
  std::uint32_t pick(const question& asked) override { return picks_.below(asked.n); }
  std::uint32_t value(const question& asked) override {
    return asked.kind == choice_kind::pool_start ? pick(asked) : searching_source::value(asked);
  }
};

}  // namespace

std::unique_ptr<search_source> make_natural() { return std::make_unique<natural_source>(); }

std::unique_ptr<search_source> make_random_walk(const search_plan& plan) {
  return std::make_unique<random_walk_source>(plan);
}

}  // namespace twinloop::sim
