// fread through libuv's thread pool.
#include <fmt/format.h>

#include <thread>

#include "harness/affinity.hpp"
#include "harness/read_file.hpp"
#include "harness/report.hpp"
#include "peers/libuv/check.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

struct reading {
  uv_fs_t request;
  read_file* file;
  char bytes[block_size];

  void start(uv_loop_t* loop) {
    uv_buf_t buffer = uv_buf_init(bytes, block_size);
    request.data = this;
    const auto offset = static_cast<std::int64_t>(file->random_offset());
    uv_fs_read(loop, &request, file->descriptor(), &buffer, 1, offset, finished);
  }
  static void finished(uv_fs_t* done) {
    if (done->result != static_cast<ssize_t>(block_size)) fail("read");
    bump();
    uv_loop_t* loop = done->loop;
    uv_fs_req_cleanup(done);
    static_cast<reading*>(done->data)->start(loop);
  }
};

}  // namespace

void serve_files(const arguments& given) {
  if (given.workload() != "fread") return;
  static read_file file(given);
  const std::size_t inflight = given.number("inflight", 1), threads = given.number("threads", 4);
  setenv("UV_THREADPOOL_SIZE", std::to_string(threads).c_str(), 1);
  std::thread([=] {
    pin_to_both();
    uv_loop_t loop;
    uv_loop_init(&loop);
    for (std::size_t i = 0; i < inflight; ++i) {
      auto* made = new reading;
      made->file = &file;
      made->start(&loop);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
  }).detach();
  measure(given, fmt::format("fread-i{}", inflight), "reads/s");
}

}  // namespace bench::peer
