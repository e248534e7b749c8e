// Runs one subject again and again in this process, back to back, and tells the steps of each run.
#ifndef TWINLOOP_SIM_TESTING_LOCAL_EXECUTOR_HPP
#define TWINLOOP_SIM_TESTING_LOCAL_EXECUTOR_HPP

#include <functional>

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

class local_executor {
 public:
  /// `beat` is called before each run.
  local_executor(const subject& what, std::uint64_t data_seed, std::function<void()> beat = {});
  observation operator()(sim::choice_source& source, const configuration& settings);

 private:
  subject what_;
  std::uint64_t data_seed_;
  std::function<void()> beat_;
  sim::recording record_;
  sim::world world_;
};

}  // namespace twinloop::testing

#endif
