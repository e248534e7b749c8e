// A request is understood piece by piece; what was understood is never looked at again, so that a large one that comes
// in small parts costs its size, not its square.
#include "scenarios/kv/resp_parser.hpp"

#include <algorithm>
#include <charconv>

#include "twinloop/assert.hpp"

namespace kv {
namespace {
/// A connection that has nothing under way holds no larger buffer than this.
constexpr std::size_t idle_bytes = 256 * 1024;
}  // namespace

bool parse_integer(std::string_view text, std::int64_t& out) {
  if (text.empty()) return false;
  if (text.size() > 1 && (text[0] == '0' || (text[0] == '-' && text[1] == '0'))) return false;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

void resp_parser::feed(std::string_view bytes) {
  start_over();
  // What requests have used is dropped once it is at least half of the buffer: each byte moves at most once that way.
  if (at_ > 0 && at_ >= buffer_.size() - at_) {
    buffer_.erase(0, at_);
    at_ = 0;
    if (buffer_.empty() && buffer_.capacity() > idle_bytes) buffer_.shrink_to_fit();
  }
  buffer_.append(bytes);
}

void resp_parser::start_over() {
  if (used_ == 0) return;
  at_ += used_;
  used_ = 0;
  parsed_ = 0;
  searched_ = 0;
  pieces_.clear();
  unquoted_.clear();
  arguments_.clear();
  TWINLOOP_ASSERT(at_ <= buffer_.size());
}

resp_parser::outcome resp_parser::next() {
  if (!error_.empty()) return outcome::failed;
  start_over();
  while (true) {
    step reached = parse_step();
    if (reached == step::failed) return outcome::failed;
    if (reached == step::incomplete) return outcome::incomplete;
    if (remaining_ == 0 && finish_request()) return outcome::request;
  }
}

resp_parser::step resp_parser::parse_step() {
  if (remaining_ > 0) return parse_bulk();
  if (buffered() == 0) return step::incomplete;
  return buffer_[at_] == '*' ? parse_array_header() : parse_inline();
}

/// Makes arguments() of what was understood. A request without arguments is skipped: false.
bool resp_parser::finish_request() {
  used_ = parsed_;
  if (pieces_.empty() && unquoted_.empty()) {
    start_over();
    return false;
  }
  for (const piece& part : pieces_) arguments_.emplace_back(buffer_.data() + at_ + part.offset, part.size);
  for (const std::string& word : unquoted_) arguments_.emplace_back(word);
  return true;
}

resp_parser::step resp_parser::fail(std::string message) {
  error_ = "Protocol error: " + std::move(message);
  return step::failed;
}

/// Finds the line that begins `from` bytes behind at_; `behind` is where the next one begins. A line ends with LF,
/// and a CR before it is not part of it.
bool resp_parser::take_line(std::size_t from, std::string_view& line, std::size_t& behind) {
  std::size_t start = std::max(from, searched_);
  std::size_t end = buffer_.find('\n', at_ + start);
  if (end == std::string::npos) {
    searched_ = buffered();
    return false;
  }
  line = std::string_view(buffer_).substr(at_ + from, end - at_ - from);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  behind = end - at_ + 1;
  return true;
}

resp_parser::step resp_parser::parse_inline() {
  std::string_view line;
  std::size_t behind = 0;
  if (!take_line(0, line, behind)) {
    return buffered() > limits_.inline_bytes ? fail("too big inline request") : step::incomplete;
  }
  if (line.size() > limits_.inline_bytes) return fail("too big inline request");
  if (!split_line(line, unquoted_)) return fail("unbalanced quotes in request");
  parsed_ = behind;
  return step::progress;
}

resp_parser::step resp_parser::parse_array_header() {
  std::string_view line;
  std::size_t behind = 0;
  if (!take_line(0, line, behind)) {
    return buffered() > limits_.inline_bytes ? fail("too big mbulk count string") : step::incomplete;
  }
  std::int64_t count = 0;
  if (!parse_integer(line.substr(1), count) || count > limits_.arguments) return fail("invalid multibulk length");
  parsed_ = behind;
  remaining_ = std::max<std::int64_t>(count, 0);
  bulk_size_ = -1;
  return step::progress;
}

/// Understands one bulk string of the array under way.
resp_parser::step resp_parser::parse_bulk() {
  if (bulk_size_ < 0) {
    if (buffered() == parsed_) return step::incomplete;
    std::string_view line;
    std::size_t behind = 0;
    if (!take_line(parsed_, line, behind)) {
      return buffered() - parsed_ > limits_.inline_bytes ? fail("too big bulk count string") : step::incomplete;
    }
    if (line.empty() || line[0] != '$') {
      return fail(std::string("expected '$', got '") + (line.empty() ? '\r' : line[0]) + "'");
    }
    std::int64_t size = 0;
    if (!parse_integer(line.substr(1), size) || size < 0 || size > limits_.bulk_bytes) {
      return fail("invalid bulk length");
    }
    if (behind + static_cast<std::size_t>(size) > limits_.request_bytes) return fail("too big request");
    parsed_ = behind;
    bulk_size_ = size;
  }
  auto size = static_cast<std::size_t>(bulk_size_);
  if (buffered() - parsed_ < size + 2) return step::incomplete;
  pieces_.push_back({parsed_, size});
  parsed_ += size + 2;  // and the CR LF behind it, which Redis does not look at either
  bulk_size_ = -1;
  --remaining_;
  return step::progress;
}

}  // namespace kv
