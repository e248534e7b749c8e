// Sanitizers that do not end the process print their reports: into the file that standard error is in a worker.
#ifndef TWINLOOP_SIM_TESTING_PRINTED_REPORTS_HPP
#define TWINLOOP_SIM_TESTING_PRINTED_REPORTS_HPP

#include <sys/types.h>

#include <optional>

#include "sim/testing/death.hpp"

namespace twinloop::testing {

class printed_reports {
 public:
  printed_reports();
  /// What a sanitizer reported since the last call.
  std::optional<death> news();

 private:
  off_t seen_;
};

}  // namespace twinloop::testing

#endif
