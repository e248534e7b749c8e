// Where things come from: source places, names and causes. Every operation, timer, post and handle carries one.
//
//   tcp_stream stream(loop, "upstream");        // a label: part of the identity of choices and of reports
//
// A label is identity: choices of the simulator are named by it and it enters the trace hash. A source place is for
// people only: it differs between compilers and edits, so it is in neither.
#ifndef TWINLOOP_ORIGIN_HPP
#define TWINLOOP_ORIGIN_HPP

#include <cstddef>
#include <cstdint>

namespace twinloop {

/// A place in the source. Pass it on as a defaulted parameter: `void f(where at = where::here())`.
struct where {
  const char* file = "";
  std::uint32_t line = 0;
  static constexpr where here(const char* file = __builtin_FILE(), std::uint32_t line = __builtin_LINE()) {
    return {file, line};
  }
};

/// FNV-1a over the bytes of a name (Fowler, Noll, Vo; 64-bit offset basis and prime), usable at compile time.
constexpr std::uint64_t hash_name(const char* text) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (; *text != '\0'; ++text) hash = (hash ^ static_cast<unsigned char>(*text)) * 0x100000001b3ull;
  return hash;
}

/// The name of a handle, operation or callback. The text must outlive whoever carries the label: a string literal,
/// or what loop::intern gives.
class label {
 public:
  constexpr label() = default;
  constexpr label(const char* text) : text_(text), hash_(hash_name(text)) {}
  constexpr label(const char* text, std::uint64_t hash) : text_(text), hash_(hash) {}
  constexpr const char* text() const { return text_; }
  constexpr std::uint64_t hash() const { return hash_; }

 private:
  const char* text_ = "";
  std::uint64_t hash_ = hash_name("");
};

/// Who made something: the source place, and the callback that was running then, counted from 1 within its loop
/// (0 = outside any callback, that is, before run()).
struct origin {
  constexpr where place() const { return {file, line}; }

  const char* file = "";
  std::uint32_t line = 0;
  std::uint32_t touches = 0;  ///< what touches_only declared: number of a list of the loop's; 0 = nothing declared
  std::uint64_t callback = 0;
};

}  // namespace twinloop

#endif
