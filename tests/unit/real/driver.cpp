// The driver's waits, and connections for tests that need some.
#include "tests/unit/real/driver.hpp"

#include <gtest/gtest.h>

namespace twinloop::real {

void driver::submit(op& started) {
  ASSERT_EQ(started.state, op_state::idle);
  started.state = op_state::pending;
  below().submit(started);
}

void driver::detach(op& pending) {
  below().cancel(pending, cancel_mode::detach);
  pending.state = op_state::idle;
}

std::size_t driver::wait(time_point deadline) {
  completion batch[32];
  const wait_result result = below().wait(deadline, batch);
  woken_ = result.woken;
  for (std::uint32_t i = 0; i < result.count; ++i) {
    log_.push_back(batch[i]);
    if ((batch[i].flags & flag_more) == 0) batch[i].target->state = op_state::idle;
  }
  return result.count;
}

completion driver::finish(op& pending) {
  while (pending.state == op_state::pending) wait(never);
  const std::vector<completion> all = completions_of(pending);
  return all.empty() ? completion{} : all.back();
}

completion driver::perform(op& started) {
  submit(started);
  return finish(started);
}

std::vector<completion> driver::completions_of(const op& target) const {
  std::vector<completion> found;
  for (const completion& each : log_) {
    if (each.target == &target) found.push_back(each);
  }
  return found;
}

handle_id driver::make_socket(address_family family) {
  query_request call;
  call.kind = query_kind::socket;
  call.family = family;
  EXPECT_TRUE(query(call));
  return call.handle;
}

handle_id driver::make_listener(address_family family, address& bound, std::int64_t backlog) {
  query_request call;
  call.handle = make_socket(family);
  call.endpoint = family == address_family::ipv4 ? address::loopback(0) : address::loopback_ipv6(0);
  call.value = backlog;
  for (const query_kind kind : {query_kind::bind, query_kind::listen, query_kind::local_address}) {
    call.kind = kind;
    EXPECT_TRUE(query(call));
  }
  bound = call.endpoint;
  return call.handle;
}

driver::ends driver::connect(handle_id listener, const address& bound) {
  connect_op connecting;
  connecting.handle = make_socket(bound.family);
  connecting.target = bound;
  accept_op accepting;
  accepting.handle = listener;
  submit(accepting);
  submit(connecting);
  const completion accepted = finish(accepting);
  EXPECT_EQ(accepted.error, errc::ok);
  EXPECT_EQ(finish(connecting).error, errc::ok);
  return {connecting.handle, static_cast<handle_id>(accepted.aux)};
}

driver::ends driver::connect(address_family family) {
  address bound;
  const handle_id listener = make_listener(family, bound);
  const ends made = connect(listener, bound);
  close(listener);
  return made;
}

void driver::close(handle_id handle) {
  close_op closing;
  closing.handle = handle;
  EXPECT_EQ(perform(closing).error, errc::ok);
}

void driver::send_text(handle_id to, std::string_view text) {
  while (!text.empty()) {
    const io_slice slice{text.data(), text.size()};
    send_op sending;
    sending.handle = to;
    sending.slices = {&slice, 1};
    const completion sent = perform(sending);
    ASSERT_EQ(sent.error, errc::ok);
    text.remove_prefix(static_cast<std::size_t>(sent.count));
  }
}

}  // namespace twinloop::real
