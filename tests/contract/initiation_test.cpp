// No callback runs inside the call that requested it, for every kind of operation and every call of the classes above
// them. Method: a flag is up while the call runs; callbacks must find it down.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"
#include "twinloop/file.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(initiation);

namespace {

// Knows whether one of its calls is under way.
struct call_guard {
  template <class Call>
  void call(Call&& requested) {
    inside = true;
    requested();
    inside = false;
  }
  void callback() {
    EXPECT_FALSE(inside) << "a callback ran inside the call that requested it";
    ++callbacks;
  }
  // For callables that are given to the classes.
  auto expecting() {
    return [this](auto&&...) { callback(); };
  }
  bool inside = false;
  int callbacks = 0;
};

template <class Op>
struct guarded : Op {
  explicit guarded(call_guard& guard) : guard_(&guard) {
    this->on_complete = [](op& self, const completion& done) {
      auto& mine = static_cast<guarded&>(static_cast<Op&>(self));
      mine.guard_->callback();
      mine.last = done;
    };
  }
  void submit(loop& loop) {
    guard_->call([&] { loop.submit(*this); });
    EXPECT_EQ(this->state, op_state::pending);
  }
  void cancel(loop& loop) {
    guard_->call([&] { loop.cancel(*this); });
  }
  completion last{};

 private:
  call_guard* guard_;
};

}  // namespace

TEST_P(initiation, of_recv_and_send_completes_later_though_the_result_is_there) {
  run([](loop& loop) {
    call_guard guard;
    socket_pair sockets(loop);
    guarded<send_op> write(guard);
    io_slice piece{"x", 1};
    write.handle = sockets.near->id, write.slices = std::span(&piece, 1);
    write.submit(loop);
    loop.run();
    guarded<recv_op> read(guard);
    std::byte memory[8];
    read.handle = sockets.far->id, read.buffer = memory;
    read.submit(loop);
    loop.run();
    read.submit(loop);
    read.cancel(loop);
    loop.run();
    EXPECT_EQ(guard.callbacks, 3);
  });
}

TEST_P(initiation, of_accept_and_connect_completes_later) {
  run([](loop& loop) {
    call_guard guard;
    bare_listener listener(loop);
    bare_socket socket(loop);
    guarded<connect_op> connect(guard);
    connect.handle = socket.id, connect.target = listener.where_bound;
    connect.submit(loop);
    loop.run();
    guarded<accept_op> accept(guard);
    accept.handle = listener.id;
    accept.submit(loop);  // the connection waits in the backlog
    loop.run();
    ASSERT_EQ(accept.last.error, errc::ok);
    bare_socket taken(loop, static_cast<handle_id>(accept.last.aux));
    accept.submit(loop);
    accept.cancel(loop);
    loop.run();
    EXPECT_EQ(accept.last.error, errc::cancelled);
    EXPECT_EQ(guard.callbacks, 3);
  });
}

TEST_P(initiation, of_shutdown_and_close_completes_later) {
  run([](loop& loop) {
    call_guard guard;
    socket_pair sockets(loop);
    guarded<shutdown_op> shutdown(guard);
    shutdown.handle = sockets.near->id;
    shutdown.submit(loop);
    guarded<close_op> close(guard);
    loop.run();
    close.handle = sockets.near->release();
    close.submit(loop);
    loop.run();
    EXPECT_EQ(guard.callbacks, 2);
  });
}

TEST_P(initiation, of_file_resolve_and_work_completes_later) {
  run([this](loop& loop) {
    call_guard guard;
    std::string directory = here().directory();
    guarded<file_op> status(guard);
    file_status found;
    status.request.call = file_call::status, status.request.path = directory, status.request.status_out = &found;
    status.submit(loop);
    guarded<resolve_op> resolve(guard);
    std::vector<address> addresses;
    resolve.host = "127.0.0.1", resolve.out = &addresses;
    resolve.submit(loop);
    guarded<work_op> work(guard);
    work.run = [](work_op&, job&) {};
    work.submit(loop);
    loop.run();
    EXPECT_EQ(guard.callbacks, 3);
    EXPECT_EQ(found.type, file_type::directory);
  });
}

TEST_P(initiation, that_fails_at_once_completes_later_too) {
  run([](loop& loop) {
    call_guard guard;
    const auto nonsense = static_cast<handle_id>(0x7fff'0000'7fffull);
    guarded<recv_op> read(guard);
    std::byte memory[8];
    read.handle = nonsense, read.buffer = memory;
    read.submit(loop);
    guarded<connect_op> connect(guard);
    connect.handle = nonsense, connect.target = address::loopback(1);
    connect.submit(loop);
    guarded<file_op> sync(guard);
    sync.request.call = file_call::sync, sync.request.handle = nonsense;
    sync.submit(loop);
    loop.run();
    EXPECT_EQ(guard.callbacks, 3);
    EXPECT_EQ(read.last.error, errc::bad_handle);
    EXPECT_EQ(connect.last.error, errc::bad_handle);
    EXPECT_EQ(sync.last.error, errc::bad_handle);
  });
}

TEST_P(initiation, by_a_stream_calls_back_later) {
  run([](loop& loop) {
    call_guard guard;
    stream_pair pair(loop);
    char memory[8];
    pair.far().on_read(guard.expecting());
    pair.far().on_drain(guard.expecting());
    guard.call([&] { pair.near.write(std::string("x"), guard.expecting()); });
    loop.run();
    guard.call([&] { pair.far().read_start(); });
    loop.run_once();
    guard.call([&] { pair.far().read_stop(); });
    guard.call([&] { pair.far().read_into(std::as_writable_bytes(std::span(memory)), guard.expecting()); });
    guard.call([&] { pair.near.write(std::string("y"), guard.expecting()); });
    guard.call([&] { pair.near.cancel_writes(); });
    guard.call([&] { pair.near.shutdown(guard.expecting()); });
    guard.call([&] { pair.near.close(guard.expecting()); });
    guard.call([&] { pair.far().close_reset(guard.expecting()); });
    loop.run();
    EXPECT_GE(guard.callbacks, 6);
  });
}

TEST_P(initiation, by_streams_that_cannot_work_calls_back_later) {
  run([](loop& loop) {
    call_guard guard;
    tcp_stream lonely(loop);
    std::byte memory[8];
    guard.call([&] { lonely.write(std::string("x"), guard.expecting()); });
    guard.call([&] { lonely.read_into(memory, guard.expecting()); });
    guard.call([&] { lonely.shutdown(guard.expecting()); });
    loop.run();
    EXPECT_EQ(guard.callbacks, 3);
    guard.call([&] { lonely.close(guard.expecting()); });
    loop.run();
    EXPECT_EQ(guard.callbacks, 4);
  });
}

TEST_P(initiation, by_listeners_resolvers_and_jobs_calls_back_later) {
  run([](loop& loop) {
    call_guard guard;
    tcp_listener listener(loop);
    guard.call([&] { EXPECT_TRUE(listener.listen(address::loopback(0), guard.expecting())); });
    tcp_stream stream(loop);
    guard.call([&] { stream.connect(*listener.local(), guard.expecting()); });
    resolver names(loop);
    guard.call([&] { names.resolve("localhost", 1, guard.expecting()); });
    work_handle work(loop);
    guard.call([&] { work.start([](job&) {}, guard.expecting()); });
    while (guard.callbacks < 4) loop.run_once();
    guard.call([&] { listener.pause(); });
    guard.call([&] { listener.resume(); });
    guard.call([&] { listener.close(guard.expecting()); });
    guard.call([&] { names.resolve("127.0.0.1", 1, guard.expecting()); });
    guard.call([&] { names.cancel(); });
    guard.call([&] { work.start([](job&) {}, guard.expecting()); });
    guard.call([&] { work.cancel(); });
    loop.run();
    EXPECT_EQ(guard.callbacks, 7);
  });
}

TEST_P(initiation, by_files_calls_back_later) {
  run([this](loop& loop) {
    call_guard guard;
    file one(loop);
    file_system all(loop);
    std::byte memory[4]{};
    guard.call([&] { one.open(path("f"), open_read_write | open_create, 0644, guard.expecting()); });
    loop.run();
    guard.call([&] { one.write_at(memory, 0, guard.expecting()); });
    loop.run();
    guard.call([&] { one.read_at(memory, 0, guard.expecting()); });
    guard.call([&] { one.sync(guard.expecting()); });
    guard.call([&] { one.truncate(1, guard.expecting()); });
    guard.call([&] { one.status(guard.expecting()); });
    loop.run();
    guard.call([&] { one.close(guard.expecting()); });
    guard.call([&] { all.list(path(""), guard.expecting()); });
    guard.call([&] { all.status(path("none"), guard.expecting()); });
    loop.run();
    EXPECT_EQ(guard.callbacks, 9);
  });
}

}  // namespace twinloop::contract
