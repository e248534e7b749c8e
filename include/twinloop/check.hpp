// Properties over inputs, commands and schedules at once, with RapidCheck. Link twinloop::rapidcheck, which exists
// where RapidCheck is installed.
//
//   EXPECT_TRUE(twinloop::check("sum is never zero", [](sim::world& world, int start) {   // inputs are drawn
//     build(world, start);
//     world.run();                                                                         // schedules are searched
//   }));
//
//   twinloop::check("server follows its model", [] {                          // draws first ...
//     auto commands = *rc::state::gen::commands(model{}, rc::state::gen::execOneOf<set, get>);
//     return [commands](sim::world& world) {                                  // ... and gives back what runs
//       world.add_host("client").start("client", twinloop::checked(world, [&](loop& loop, arguments) {
//         system_under_test under_test(loop);
//         rc::state::runAll(commands, model{}, under_test);
//         return 0;
//       }));
//       world.run();
//     };
//   });
//
// One case = what RapidCheck drew and one schedule. RapidCheck draws and shrinks the workload, twinloop searches and
// shrinks the schedule, in turns until neither gets smaller. Both kinds of reproduction show the same failure with the
// same trace hash: RC_PARAMS (printed with the failure; seed=N repeats the whole search), and the replay file through
// TWINLOOP_REPLAY. TWINLOOP_SEED changes the search, TWINLOOP_REPLAY_DIR is where replay files go. A workload must be
// drawn before the world runs, and a draw inside a run fails that run.
//
// The runs are in this process, where a crash of the program ends the test (its last words say how to keep the case);
// so does an endless loop, after TWINLOOP_STALL seconds of CPU time, 10 by default. With TWINLOOP_JOBS=1 they are in a
// worker process, and both are failures like any other; what a property changes outside of its world, and an EXPECT_ of
// its own, stay in that process unseen.
#ifndef TWINLOOP_CHECK_HPP
#define TWINLOOP_CHECK_HPP

#include <rapidcheck.h>
#include <rapidcheck/gen/detail/ExecRaw.h>
#include <rapidcheck/state.h>

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "twinloop/testing.hpp"

namespace twinloop {

struct check_options {
  std::uint64_t cases = 1000;   ///< workloads; RC_PARAMS="max_success=N" overrides
  std::uint64_t schedules = 8;  ///< of each workload, the natural order first
  std::uint64_t searches_after =
      8;  ///< schedules tried afresh for a smaller workload that the known one does not break
  std::uint64_t shrinks_max = 20'000;  ///< smaller workloads tried at most
  std::uint64_t shrink_runs = 5'000;   ///< runs that shrinking one schedule may take
  std::uint32_t extra_kinds = 0;       ///< choice kinds to search, beside order_kinds()
  bool print = true;                   ///< the failure to stderr
};

/// What a check did. True if nothing broke.
struct check_result {
  bool passed = false;
  bool skipped = false;  ///< nothing was run, as TWINLOOP_REPLAY is a run of something else; passed all the same
  std::string text;  ///< of a failure, as printed: what broke, the minimal workload, the deviations, both reproductions
  std::vector<std::pair<std::string, std::string>>
      workload;               ///< what was drawn in the failing case: name or type, value
  testing::run_result run;    ///< the failing run; `choices` is its schedule
  std::string rc_params;      ///< value of RC_PARAMS that gives this failure again
  std::string replay_file;    ///< and the file that does; empty if it could not be written
  std::uint64_t cases = 0;    ///< workloads run before one broke
  std::uint64_t runs = 0;     ///< runs until then
  std::uint64_t shrinks = 0;  ///< smaller workloads tried
  std::uint64_t rounds = 0;   ///< turns of shrinking the workload and the schedule
  explicit operator bool() const { return passed; }
};

namespace testing {

/// The part of a case that RapidCheck has: what runs in a world, or why there is nothing to run.
struct workload {
  std::function<void(sim::world&)> body;
  bool discarded = false;  ///< by RC_PRE or RC_DISCARD, or it could not be generated
  std::string failed;      ///< drawing itself failed an assertion
};
using workload_generator = rc::Gen<std::pair<workload, rc::gen::detail::Recipe>>;

/// Calls what draws a workload.
workload draw_workload(const std::function<std::function<void(sim::world&)>()>& draw);
/// check() on generated workloads.
check_result check_workloads(const std::string& name, const workload_generator& workloads,
                             const check_options& options);

template <class Property>
void run_property(sim::world& world, const Property& call) {
  if constexpr (std::is_same_v<decltype(call()), bool>) {
    if (!call()) world.fail("property", "it returned false");
  } else {
    call();
  }
}

/// (world, inputs...) runs at once: the inputs are drawn.
template <class Property, class... Inputs>
workload_generator generate(Property property, rc::detail::TypeList<sim::world&, Inputs...>) {
  return rc::gen::detail::execRaw([property](std::decay_t<Inputs>... inputs) {
    return draw_workload([&]() -> std::function<void(sim::world&)> {
      return
          [property, inputs...](sim::world& world) { run_property(world, [&] { return property(world, inputs...); }); };
    });
  });
}

/// (inputs...) draws and gives back what runs.
template <class Property, class... Inputs>
workload_generator generate(Property property, rc::detail::TypeList<Inputs...>) {
  return rc::gen::detail::execRaw([property](std::decay_t<Inputs>... inputs) {
    return draw_workload([&]() -> std::function<void(sim::world&)> {
      auto body = property(std::move(inputs)...);
      return [body = std::move(body)](sim::world& world) { run_property(world, [&] { return body(world); }); };
    });
  });
}

}  // namespace testing

/// Searches for a workload and a schedule that break `property`, and shrinks both.
///
/// `property` is a callable of one of the forms above whose parameters are no templates; inputs need an
/// rc::Arbitrary. A run breaks it by what its world reports, by an exception, by RC_ASSERT and its like (in the body,
/// or in a process wrapped in checked()), or by returning false. `name` is the scenario of replay files.
template <class Property>
check_result check(const std::string& name, Property property, const check_options& options = {}) {
  auto workloads = testing::generate(std::move(property), rc::detail::ArgTypes<Property>());
  return testing::check_workloads(name, workloads, options);
}

/// `main` with the assertions of RapidCheck turned into failures of the run: they are no exceptions that a process may
/// end with.
sim::program checked(sim::world& world, sim::program main);

}  // namespace twinloop

#endif
