// The README's program under the README's test. Only the client, which the README leaves to its reader, stands here.
#include <gtest/gtest.h>

#include <memory>
#include <twinloop/testing.hpp>

#include "program.inc"

namespace {

/// Says one thing, and leaves with 0 when all of it has come back.
int client_main(twinloop::loop& loop, twinloop::arguments given) {
  const std::string said = "hello";
  std::string heard;
  twinloop::tcp_stream stream(loop, "client");
  stream.on_read([&](twinloop::result<std::span<std::byte>> data) {
    if (!data || data->empty()) return stream.close();
    heard.append(reinterpret_cast<const char*>(data->data()), data->size());
    if (heard.size() >= said.size()) stream.close();
  });
  stream.connect(*twinloop::address::parse(given.at(0)), [&](twinloop::errc failed) {
    if (failed != twinloop::errc::ok) return stream.close();
    stream.read_start();
    stream.write(said);
  });
  loop.run();
  EXPECT_EQ(heard, said);
  return 0;
}

}  // namespace

#include "test.inc"
