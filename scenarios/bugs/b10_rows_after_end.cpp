// B10. A reader of spreadsheets reads an archive piece by piece and gives each piece to a parser on the pool, which
// emits rows later. When the archive is exhausted the reader emits "end", although pieces may still be with the parser:
// rows come after the end. The fix ends when the last piece is parsed too. Origin: xlsx-extract #7.
#include <array>
#include <string>

#include "scenarios/bugs/background.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"
#include "twinloop/file.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B10.no_row_after_end";
constexpr std::size_t piece = 8;  // bytes, one row each
const std::string archive = "/book.xlsx";

struct story {
  sim::world& world;
  const dials& dial;
};

class extractor {
 public:
  extractor(twinloop::loop& loop, story& shared)
      : shared_(shared), noise_(loop, shared.dial), later_(loop), file_(loop, "archive") {
    file_.open(archive, twinloop::open_read, 0, [this](errc) { read_piece(); });
  }

 private:
  void read_piece() {
    file_.read_at(std::as_writable_bytes(std::span(buffer_)), offset_, [this](errc, std::size_t count) {
      if (count == 0) return input_ended();
      offset_ += count;
      ++with_parser_;
      later_.on_pool(
          "inflate", [](twinloop::job&) {}, [this] { row(); });
      read_piece();
    });
  }

  void row() {
    --with_parser_;
    shared_.world.check(!ended_, oracle, "a row came after the end");
    if (!shared_.dial.buggy && input_ended_ && with_parser_ == 0) end();
  }

  void input_ended() {
    input_ended_ = true;
    if (shared_.dial.buggy || with_parser_ == 0) end();
  }

  void end() {
    ended_ = true;
    file_.close([](errc) {});
  }

  story& shared_;
  std::array<char, piece> buffer_{};
  std::uint64_t offset_ = 0;
  std::uint32_t with_parser_ = 0;
  bool input_ended_ = false;
  bool ended_ = false;
  noise noise_;
  background later_;
  twinloop::file file_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& host = world.add_host("host");
  host.write_file(archive, std::string(piece * (dial.clients + 1), 'x'));
  start_program<extractor>(host, "extract", shared);
  world.run();
}

}  // namespace

extern const row b10;
const row b10{.id = "B10",
              .fixed_id = "B10.fixed",
              .name = "rows come after the end",
              .origin = "xlsx-extract #7",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
