// Reads a whole reply or nothing: a client's replies are small, so looking at the front again costs little.
#include "scenarios/kv/reply_parser.hpp"

#include "scenarios/kv/resp_parser.hpp"

namespace kv {
namespace {

using outcome = reply_parser::outcome;
constexpr int depth_max = 8;  // nesting of arrays; ours have one level

bool take_line(std::string_view bytes, std::size_t& at, std::string_view& line) {
  std::size_t end = bytes.find("\r\n", at);
  if (end == std::string_view::npos) return false;
  line = bytes.substr(at, end - at);
  at = end + 2;
  return true;
}

outcome take_bulk(std::string_view bytes, std::size_t& at, std::int64_t size, reply& out) {
  if (size == -1) {
    out.type = reply_type::nil;
    return outcome::reply;
  }
  if (size < 0) return outcome::failed;
  auto length = static_cast<std::size_t>(size);
  if (bytes.size() - at < length + 2) return outcome::incomplete;
  out.type = reply_type::bulk;
  out.text = bytes.substr(at, length);
  at += length;
  if (bytes.substr(at, 2) != "\r\n") return outcome::failed;
  at += 2;
  return outcome::reply;
}

outcome take_reply(std::string_view bytes, std::size_t& at, reply& out, int depth) {
  std::string_view line;
  if (depth > depth_max) return outcome::failed;
  if (!take_line(bytes, at, line)) return outcome::incomplete;
  if (line.empty()) return outcome::failed;
  char mark = line[0];
  line.remove_prefix(1);
  if (mark == '+' || mark == '-') {
    out.type = mark == '+' ? reply_type::simple : reply_type::error;
    out.text = line;
    return outcome::reply;
  }
  std::int64_t number = 0;
  if (!parse_integer(line, number)) return outcome::failed;
  if (mark == '$') return take_bulk(bytes, at, number, out);
  if (mark == ':') {
    out.type = reply_type::integer;
    out.integer = number;
    return outcome::reply;
  }
  if (mark != '*' || number < 0) return outcome::failed;
  out.type = reply_type::array;
  for (std::int64_t index = 0; index < number; ++index) {
    reply element;
    outcome reached = take_reply(bytes, at, element, depth + 1);
    if (reached != outcome::reply) return reached;
    out.elements.push_back(std::move(element));
  }
  return outcome::reply;
}

}  // namespace

reply_parser::outcome reply_parser::next(reply& out) {
  if (buffer_.empty()) return outcome::incomplete;
  std::size_t at = 0;
  reply found;
  outcome reached = take_reply(buffer_, at, found, 0);
  if (reached != outcome::reply) return reached;
  buffer_.erase(0, at);
  out = std::move(found);
  return outcome::reply;
}

std::string describe(const reply& shown) {
  switch (shown.type) {
    case reply_type::simple:
      return "+" + shown.text;
    case reply_type::error:
      return "-" + shown.text;
    case reply_type::integer:
      return ":" + std::to_string(shown.integer);
    case reply_type::bulk:
      return "\"" + shown.text + "\"";
    case reply_type::nil:
      return "nil";
    case reply_type::array:
      break;
  }
  std::string text = "[";
  for (const reply& element : shown.elements) text += (text.size() > 1 ? ", " : "") + describe(element);
  return text + "]";
}

}  // namespace kv
