// Words and quotes of inline commands.
#include "scenarios/kv/resp_parser.hpp"

namespace kv {
namespace {

bool is_space(char character) {
  return character == ' ' || (character >= '\t' && character <= '\r') || character == '\0';
}

int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

char escaped(char character) {
  switch (character) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return character;
  }
}

/// Reads the rest of a quoted part into `word` and moves `at` behind the closing quote. False if there is none.
bool take_quoted(std::string_view line, std::size_t& at, char quote, std::string& word) {
  while (at < line.size()) {
    char character = line[at];
    if (character == quote) {
      ++at;
      return at == line.size() || is_space(line[at]);  // a quote must end its word
    }
    if (character != '\\' || at + 1 == line.size()) {
      word += character;
      ++at;
    } else if (quote == '\'') {
      word += line[at + 1] == '\'' ? "'" : "\\";
      at += line[at + 1] == '\'' ? 2 : 1;
    } else if (line[at + 1] == 'x' && at + 3 < line.size() && hex_digit(line[at + 2]) >= 0 &&
               hex_digit(line[at + 3]) >= 0) {
      word += static_cast<char>(hex_digit(line[at + 2]) * 16 + hex_digit(line[at + 3]));
      at += 4;
    } else {
      word += escaped(line[at + 1]);
      at += 2;
    }
  }
  return false;
}

}  // namespace

bool split_line(std::string_view line, std::vector<std::string>& out) {
  out.clear();
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && is_space(line[at])) ++at;
    if (at == line.size()) return true;
    std::string word;
    while (at < line.size() && !is_space(line[at])) {
      char character = line[at++];
      if (character != '"' && character != '\'') {
        word += character;
      } else if (!take_quoted(line, at, character, word)) {
        out.clear();
        return false;
      }
    }
    out.push_back(std::move(word));
  }
}

}  // namespace kv
