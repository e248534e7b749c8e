// The least kernel a loop can stand on, for tests of parts of loop/: nothing ever completes, time stands still.
#ifndef TWINLOOP_TESTS_UNIT_LOOP_FAKE_KERNEL_HPP
#define TWINLOOP_TESTS_UNIT_LOOP_FAKE_KERNEL_HPP

#include "twinloop/kernel.hpp"

namespace twinloop {

class fake_kernel final : public kernel {
 public:
  void submit(op&) override {}
  void cancel(op&, cancel_mode) noexcept override {}
  wait_result wait(time_point, std::span<completion>) override { return {0, false, time, time}; }
  void wake() noexcept override {}
  time_point now(bool) noexcept override { return time; }
  wall_time wall() noexcept override { return {}; }
  result<void> query(query_request&) override { return unexpected(errc::not_supported); }
  result<std::int64_t> block(blocking_request&, job*) override { return unexpected(errc::not_supported); }
  std::uint64_t caps() const noexcept override { return 0; }

  time_point time{std::chrono::seconds(1)};
};

}  // namespace twinloop

#endif
