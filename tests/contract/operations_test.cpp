// The life of an operation: one terminal completion a submit, whatever is cancelled, closed or destroyed meanwhile.
#include "tests/contract/connected.hpp"
#include "tests/contract/counted_op.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(operations);

TEST_P(operations, complete_once_for_each_submit_and_can_be_submitted_again) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    counted_recv read(sockets.far->id);
    for (int round = 1; round <= 5; ++round) {
      loop.submit(read);
      counted_send write(sockets.near->id, "x");
      loop.submit(write);
      loop.run();
      EXPECT_EQ(read.completions, round);
      EXPECT_EQ(read.last.error, errc::ok);
      EXPECT_EQ(read.last.count, 1);
      EXPECT_EQ(read.memory[0], std::byte{'x'});
      EXPECT_EQ(write.completions, 1);
      EXPECT_EQ(write.last.count, 1);
    }
  });
}

TEST_P(operations, may_be_submitted_again_from_their_own_completion) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    counted_recv read(sockets.far->id);
    std::string text;
    read.after = [&] {
      text += text_of(std::span(read.memory).first(static_cast<std::size_t>(read.last.count)));
      if ((read.last.flags & flag_eof) == 0) loop.submit(read);
    };
    loop.submit(read);
    counted_send write(sockets.near->id, "some bytes");
    std::size_t sent = 0;
    write.after = [&] { sent += static_cast<std::size_t>(write.last.count); };
    counted<shutdown_op> end;
    while (sent < 10) {
      write.piece = {&"some bytes"[sent], 10 - sent};
      loop.submit(write);
      while (write.state != op_state::idle) loop.run_once();
    }
    end.handle = sockets.near->id;
    loop.submit(end);
    loop.run();
    EXPECT_EQ(text, "some bytes");
  });
}

TEST_P(operations, cancelled_while_pending_complete_exactly_once) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    counted_recv read(sockets.far->id);
    loop.submit(read);
    loop.cancel(read);
    loop.cancel(read);
    EXPECT_EQ(read.completions, 0) << "completed inside cancel";
    loop.run();
    EXPECT_EQ(read.completions, 1);
    EXPECT_EQ(read.last.error, errc::cancelled);
    EXPECT_EQ(read.last.count, 0);
    loop.run();
    EXPECT_EQ(read.completions, 1);
  });
}

TEST_P(operations, cancelled_when_their_result_is_there_tell_the_truth) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    counted_send write(sockets.near->id, "x");
    loop.submit(write);
    loop.run();
    counted_recv read(sockets.far->id);
    loop.submit(read);
    loop.cancel(read);
    loop.run();
    EXPECT_EQ(read.completions, 1);
    if (read.last.error == errc::ok) {
      EXPECT_EQ(read.last.count, 1);
      return;
    }
    EXPECT_EQ(read.last.error, errc::cancelled);
    EXPECT_EQ(read.last.count, 0) << "a cancelled read took bytes";
    loop.submit(read);  // the byte was not lost
    loop.run();
    EXPECT_EQ(read.last.error, errc::ok);
    EXPECT_EQ(read.last.count, 1);
  });
}

TEST_P(operations, destroyed_while_pending_are_forgotten) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    {
      counted_recv gone(sockets.far->id);
      gone.after = [] { FAIL() << "completed after its end"; };
      loop.submit(gone);
      EXPECT_TRUE(loop.alive());
    }
    EXPECT_FALSE(loop.alive());
    counted_send write(sockets.near->id, "still there");
    loop.submit(write);
    counted_recv next(sockets.far->id);
    loop.submit(next);
    loop.run();
    EXPECT_EQ(next.completions, 1) << "the direction is free again";
    EXPECT_EQ(next.last.error, errc::ok);
    EXPECT_EQ(text_of(std::span(next.memory).first(static_cast<std::size_t>(next.last.count))),
              std::string("still there").substr(0, static_cast<std::size_t>(next.last.count)));
  });
}

TEST_P(operations, destroyed_by_the_completion_of_another_never_complete) {
  static constexpr int count = 8;
  run([](loop& loop) {
    std::vector<std::unique_ptr<socket_pair>> sockets;
    std::vector<std::unique_ptr<counted_recv>> reads;
    int completed = 0;
    for (int i = 0; i < count; ++i) {
      sockets.push_back(std::make_unique<socket_pair>(loop));
      counted_send write(sockets.back()->near->id, "x");
      loop.submit(write);
      loop.run();
    }
    // All are readable: they complete in one batch or in several. The first to come ends the others.
    for (int i = 0; i < count; ++i) {
      reads.push_back(std::make_unique<counted_recv>(sockets[static_cast<std::size_t>(i)]->far->id));
      counted_recv* self = reads.back().get();
      self->after = [&completed, &reads, self] {
        ++completed;
        for (auto& other : reads) {
          if (other.get() != self) other.reset();
        }
      };
      loop.submit(*self);
    }
    loop.run();
    EXPECT_EQ(completed, 1);
    reads.clear();
  });
}

TEST_P(operations, may_be_destroyed_by_their_own_completion) {
  struct own : recv_op {
    std::byte memory[8];
    int* deleted = nullptr;
  };
  run([](loop& loop) {
    socket_pair sockets(loop);
    int deleted = 0;
    auto* read = new own;
    read->handle = sockets.far->id;
    read->buffer = read->memory;
    read->deleted = &deleted;
    read->on_complete = [](op& self, const completion&) {
      auto* mine = static_cast<own*>(static_cast<recv_op*>(&self));
      ++*mine->deleted;
      delete mine;
    };
    loop.submit(*read);
    counted_send write(sockets.near->id, "x");
    loop.submit(write);
    loop.run();
    EXPECT_EQ(deleted, 1);
  });
}

TEST_P(operations, of_both_directions_of_a_handle_are_independent) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    counted_recv read(sockets.near->id);
    loop.submit(read);
    counted_send write(sockets.near->id, "out");
    loop.submit(write);
    while (write.state != op_state::idle) loop.run_once();
    EXPECT_EQ(write.last.error, errc::ok);
    EXPECT_EQ(read.completions, 0) << "a read completed without data";
    loop.cancel(read);
    loop.run();
    EXPECT_EQ(read.last.error, errc::cancelled);
  });
}

TEST_P(operations, destroyed_with_a_pooled_buffer_on_its_way_give_it_back) {
  static constexpr int count = 6;
  run([](loop& loop) {
    buffer_pool pool(count, 16);
    std::vector<std::unique_ptr<socket_pair>> sockets;
    std::vector<std::unique_ptr<counted<recv_op>>> reads;
    for (int i = 0; i < count; ++i) {
      sockets.push_back(std::make_unique<socket_pair>(loop));
      counted_send write(sockets.back()->near->id, "x");
      loop.submit(write);
      loop.run();
    }
    for (int i = 0; i < count; ++i) {
      reads.push_back(std::make_unique<counted<recv_op>>());
      counted<recv_op>* self = reads.back().get();
      self->handle = sockets[static_cast<std::size_t>(i)]->far->id;
      self->pool = &pool;
      self->after = [&pool, &reads, self] {
        pool.give_back(static_cast<std::uint32_t>(self->last.aux));
        for (auto& other : reads) {
          if (other.get() != self) other.reset();
        }
      };
      loop.submit(*self);
    }
    loop.run();
    EXPECT_EQ(pool.available(), static_cast<std::uint32_t>(count)) << "a buffer went with the operation";
    reads.clear();
  });
}

}  // namespace twinloop::contract
