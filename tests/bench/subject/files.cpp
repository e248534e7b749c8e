// fread on intrusive file operations, or on the file class with impl=function.
#include "twinloop/file.hpp"

#include <fmt/format.h>

#include <thread>

#include "harness/affinity.hpp"
#include "harness/read_file.hpp"
#include "harness/report.hpp"
#include "subject/real_loop.hpp"
#include "subject/serve.hpp"
#include "twinloop/work.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

read_file* cached;

/// One read after the other of the open file `handle`.
struct reading : file_op {
  class loop& on;
  std::byte bytes[block_size];

  reading(class loop& loop, handle_id handle) : on(loop) {
    request.call = file_call::read_at;
    request.handle = handle;
    request.read_buffer = bytes;
    request.offset = cached->random_offset();
    on_complete = [](op& self, const completion& done) {
      require(done.error, "read_at");
      if (done.count != static_cast<std::int64_t>(block_size)) fail("short read");
      bump();
      auto& again = static_cast<reading&>(self);
      again.request.offset = cached->random_offset();
      again.on.submit(again);
    };
    loop.submit(*this);
  }
};

void run_operations(real_loop& on, std::size_t inflight) {
  auto opened = blocking_files(on->below()).open(cached->path(), open_read);
  require(opened.error(), "open");
  for (std::size_t i = 0; i < inflight; ++i) new reading(*on, *opened);
  on->run();
}

void read_again(file* from, std::byte* buffer) {
  from->read_at({buffer, block_size}, cached->random_offset(), [from, buffer](errc outcome, std::size_t count) {
    require(outcome, "read_at");
    if (count != block_size) fail("short read");
    bump();
    read_again(from, buffer);
  });
}

void run_functions(real_loop& on, std::size_t inflight) {
  file from(*on);
  from.open(cached->path(), open_read, 0, [&](errc outcome) {
    require(outcome, "open");
    for (std::size_t i = 0; i < inflight; ++i) read_again(&from, new std::byte[block_size]);
  });
  on->run();
}

}  // namespace

void serve_files(const arguments& given) {
  if (given.workload() != "fread") return;
  const std::size_t threads = given.number("threads", 4), inflight = given.number("inflight", 1);
  const bool functions = given.text("impl", "operation") == "function";
  cached = new read_file(given);
  std::thread([=] {
    pin_to_both();
    real_loop on({.threads = static_cast<unsigned>(threads)});
    if (functions) {
      run_functions(on, inflight);
    } else {
      run_operations(on, inflight);
    }
  }).detach();
  measure(given, fmt::format("fread-i{}", inflight), "reads/s");
}

}  // namespace bench::subject
