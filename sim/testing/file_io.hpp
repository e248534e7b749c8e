// Whole files: read at once, or replaced so that nobody ever sees half of one.
#ifndef TWINLOOP_SIM_TESTING_FILE_IO_HPP
#define TWINLOOP_SIM_TESTING_FILE_IO_HPP

#include <optional>
#include <string>
#include <string_view>

namespace twinloop::testing {

/// Writes `content` beside `path`, makes it durable and renames it over `path`. The error is a sentence.
std::optional<std::string> replace_file(const std::string& path, std::string_view content);
/// The content of `path`, or in `error` a sentence.
std::optional<std::string> read_whole_file(const std::string& path, std::string& error);

}  // namespace twinloop::testing

#endif
