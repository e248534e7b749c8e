// B23. Three clients change a shared number, each once: one subtracts 2, one multiplies by 4, one adds 70. Whoever
// divides by the number later relies on it not being 0. It is 0 only for a few start values (-17 and -68, modulo 2^30),
// and for each of those only when the changes come in two of their six orders: neither a search of inputs nor one of
// orders finds it alone. In the natural order the result is 2 modulo 4 for every start. The fix applies the changes in
// the order of their numbers, whenever they come.
// Origin: the example that motivates ConFuzz.
#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/linear.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B23.value_is_never_zero";
constexpr std::uint32_t changes = 3;
/// -32 to 31. The original draws from 2^32, of which no blind search finds the few that matter: searches of inputs get
/// them through run_linear.
constexpr std::uint32_t start_values = 64;

/// Arithmetic modulo 2^32, as the original has it.
std::uint32_t apply(std::uint32_t change, std::uint32_t value) {
  return change == 0 ? value - 2 : change == 1 ? value * 4 : value + 70;
}

class number_server {
 public:
  number_server(twinloop::loop& loop, sim::world& world, const dials& dial, std::uint32_t start)
      : world_(world),
        in_order_(!dial.buggy),
        value_(start),
        noise_(loop, dial),
        server_(loop, [this](line_peer& from, std::string_view line) {
          take(static_cast<std::uint32_t>(line.front() - '0'));
          from.send("done");
        }) {
    (void)server_.listen(80);
  }

 private:
  void take(std::uint32_t change) {
    came_[change] = true;
    if (in_order_) {
      while (applied_ < changes && came_[applied_]) value_ = apply(applied_++, value_);
    } else {
      value_ = apply(change, value_);
      ++applied_;
    }
    if (applied_ == changes) world_.check(value_ != 0, oracle, "the number is 0 after all three changes");
  }

  sim::world& world_;
  bool in_order_;
  std::uint32_t value_;
  std::uint32_t applied_ = 0;
  bool came_[changes] = {};
  noise noise_;
  line_server server_;
};

/// 0, -1, 1, -2, 2, ...: small answers are start values near zero.
std::int32_t start_value(std::uint32_t answer) { return static_cast<std::int32_t>((answer >> 1) ^ (0 - (answer & 1))); }

void run(sim::world& world, const dials& dial) {
  run_linear(world, dial, start_value(world.choose("start value", start_values)));
}

}  // namespace

void run_linear(sim::world& world, const dials& dial, std::int32_t start) {
  sim::host& server = world.add_host("server");
  auto program = [&world, dial, start](twinloop::loop& loop, twinloop::arguments) {
    number_server running(loop, world, dial, static_cast<std::uint32_t>(start));
    loop.run();
    return 0;
  };
  server.start("number", program, {}, {.daemon = true});
  for (std::uint32_t i = 0; i < changes; ++i) {
    start_client(world, dial, i, server, {{i * 200us, std::to_string(i)}});
  }
  world.run();
}

extern const row b23;
const row b23{.id = "B23",
              .fixed_id = "B23.fixed",
              .name = "a start value and an order that together give zero",
              .origin = "ConFuzz, motivating example",
              .oracle = oracle,
              .depth = 2,
              .body = body_of<run>,
              .clients = changes};

}  // namespace bugs
