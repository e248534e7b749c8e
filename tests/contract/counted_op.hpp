// Operations that count what they are told, for bodies that stand directly on the loop's hot tier.
#ifndef TWINLOOP_TESTS_CONTRACT_COUNTED_OP_HPP
#define TWINLOOP_TESTS_CONTRACT_COUNTED_OP_HPP

#include <gtest/gtest.h>

#include <string_view>

#include "twinloop/loop.hpp"

namespace twinloop::contract {

/// An operation that counts what it is told.
template <class Op>
struct counted : Op {
  counted() {
    this->on_complete = [](op& self, const completion& done) {
      auto& mine = static_cast<counted&>(static_cast<Op&>(self));
      ++mine.completions;
      mine.last = done;
      EXPECT_EQ(done.target, &self);
      if ((done.flags & flag_more) == 0) {
        EXPECT_EQ(self.state, op_state::idle) << "after its last completion an op is the caller's";
      } else {
        EXPECT_EQ(self.state, op_state::pending);
      }
      if (mine.after) mine.after();
    };
  }
  int completions = 0;
  completion last{};
  unique_function<void()> after;
};

struct counted_recv : counted<recv_op> {
  explicit counted_recv(handle_id from) {
    handle = from;
    buffer = memory;
  }
  std::byte memory[64];
};

struct counted_send : counted<send_op> {
  counted_send(handle_id to, std::string_view text) : piece{text.data(), text.size()} {
    handle = to;
    slices = std::span(&piece, 1);
  }
  io_slice piece;
};

}  // namespace twinloop::contract

#endif
