// Glob patterns as KEYS and CONFIG GET take them: * ? [abc] [^a-z] and \ to take a character literally.
#ifndef TWINLOOP_SCENARIOS_KV_GLOB_HPP
#define TWINLOOP_SCENARIOS_KV_GLOB_HPP

#include <string_view>

namespace kv {

/// Whether `pattern` matches all of `text`, in at most |pattern| * |text| steps, whatever the pattern.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace kv

#endif
