// The sleep itself, with nanosecond time-outs and with the millisecond fallback of older systems.
#include "real/event_queue.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "real/clock.hpp"

namespace twinloop::real {
namespace {

using namespace std::chrono_literals;

class event_queues : public testing::TestWithParam<bool> {};

TEST_P(event_queues, sleep_lasts_at_least_as_long_as_asked) {
  event_queue events(GetParam());
  epoll_event out[1];
  for (const duration length : {duration(1ns), duration(300us), duration(1ms), duration(1000001ns)}) {
    const time_point deadline = read_monotonic() + length;
    EXPECT_EQ(events.wait(length, out), 0u);
    EXPECT_GE(read_monotonic(), deadline);
  }
}

TEST_P(event_queues, edge_is_reported_once_per_write_without_a_read) {
  event_queue events(GetParam());
  const int source = eventfd(0, EFD_CLOEXEC);
  ASSERT_TRUE(events.add(source, 7, EPOLLIN | EPOLLET));
  const std::uint64_t one = 1;
  epoll_event out[4];
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(write(source, &one, sizeof one), 8);
    ASSERT_EQ(events.wait(1h, out), 1u);
    const std::uint64_t tag = out[0].data.u64;  // a copy: the system packs the struct
    EXPECT_EQ(tag, 7u);
    EXPECT_EQ(events.wait(0ns, out), 0u);
  }
  close(source);
}

TEST_P(event_queues, registering_twice_is_an_error) {
  event_queue events(GetParam());
  const int source = eventfd(0, EFD_CLOEXEC);
  EXPECT_TRUE(events.add(source, 7, EPOLLIN | EPOLLET));
  EXPECT_EQ(events.add(source, 7, EPOLLIN | EPOLLET).error(), errc::already_exists);
  close(source);
}

INSTANTIATE_TEST_SUITE_P(precision, event_queues, testing::Bool(),
                         [](const auto& instance) { return instance.param ? "nanoseconds" : "milliseconds"; });

}  // namespace
}  // namespace twinloop::real
