// Requests off the wire, as they come in pieces: RESP2 arrays of bulk strings, and inline commands as a person types
// them. The parser waits for whole requests, holds no more than its limits allow, and answers malformed ones in Redis'
// words.
//
//   parser.feed(bytes);
//   while (parser.next() == resp_parser::outcome::request) handle(parser.arguments());
#ifndef TWINLOOP_SCENARIOS_KV_RESP_PARSER_HPP
#define TWINLOOP_SCENARIOS_KV_RESP_PARSER_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kv {

struct resp_limits {
  std::size_t inline_bytes = 64 * 1024;   ///< an inline command, or the header line of an array or a bulk string
  std::int64_t arguments = 1024 * 1024;   ///< elements of one request
  std::int64_t bulk_bytes = 64 << 20;     ///< one argument
  std::size_t request_bytes = 128 << 20;  ///< one request, headers included: what a connection can make us hold
};

class resp_parser {
 public:
  explicit resp_parser(resp_limits limits = {}) : limits_(limits) {}

  enum class outcome : std::uint8_t {
    request,     ///< arguments() holds one, of at least one element, until the next feed() or next()
    incomplete,  ///< feed() more
    failed,      ///< error() says why; the connection cannot be used any more
  };

  void feed(std::string_view bytes);
  outcome next();
  std::span<const std::string_view> arguments() const { return arguments_; }
  /// "Protocol error: ..." without the error prefix of the reply.
  const std::string& error() const { return error_; }
  /// Bytes held that no request has used yet.
  std::size_t buffered() const { return buffer_.size() - at_; }

 private:
  /// Where one argument stands in the buffer, from at_. Offsets, since the buffer moves when it grows.
  struct piece {
    std::size_t offset;
    std::size_t size;
  };
  enum class step : std::uint8_t { progress, incomplete, failed };
  step parse_step();
  step parse_inline();
  step parse_array_header();
  step parse_bulk();
  bool take_line(std::size_t from, std::string_view& line, std::size_t& behind);
  bool finish_request();
  step fail(std::string message);
  void start_over();

  resp_limits limits_;
  std::string buffer_;
  std::size_t at_ = 0;           // the first byte of the request under way
  std::size_t parsed_ = 0;       // how far behind at_ it has been understood
  std::size_t searched_ = 0;     // how far behind at_ there is no line end
  std::int64_t remaining_ = 0;   // bulk strings still to come; 0 = no array under way
  std::int64_t bulk_size_ = -1;  // of the bulk string under way; -1 = its header is still to come
  std::vector<piece> pieces_;
  std::vector<std::string> unquoted_;  // the arguments of an inline request
  std::vector<std::string_view> arguments_;
  std::size_t used_ = 0;  // bytes of the request that next() gave out last
  std::string error_;
};

/// Splits a line as a shell does: "..." with \n \r \t \b \a \xHH escapes, '...' with \'. False: unbalanced quotes.
bool split_line(std::string_view line, std::vector<std::string>& out);

/// A decimal integer without leading zeros, spaces or plus sign, as Redis reads them. False if it is anything else.
bool parse_integer(std::string_view text, std::int64_t& out);

}  // namespace kv

#endif
