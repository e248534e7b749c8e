// Appends only: a pipeline's replies go into one string and out in one write.
#include "scenarios/kv/reply.hpp"

#include <charconv>

namespace kv {
namespace {

void append_header(std::string& out, char mark, std::int64_t value) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out += mark;
  out.append(digits, end);
  out += "\r\n";
}

}  // namespace

void reply_simple(std::string& out, std::string_view text) {
  out += '+';
  out += text;
  out += "\r\n";
}

void reply_error(std::string& out, std::string_view text) {
  out += '-';
  for (char character : text) out += character == '\r' || character == '\n' ? ' ' : character;
  out += "\r\n";
}

void reply_integer(std::string& out, std::int64_t value) { append_header(out, ':', value); }

void reply_bulk(std::string& out, std::string_view bytes) {
  append_header(out, '$', static_cast<std::int64_t>(bytes.size()));
  out += bytes;
  out += "\r\n";
}

void reply_nil(std::string& out) { out += "$-1\r\n"; }

void reply_array(std::string& out, std::size_t elements) {
  append_header(out, '*', static_cast<std::int64_t>(elements));
}

}  // namespace kv
