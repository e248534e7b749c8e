// Whole files: read at once, or replaced so that nobody ever sees half of one.
#ifndef TWINLOOP_SIM_TESTING_FILE_IO_HPP
#define TWINLOOP_SIM_TESTING_FILE_IO_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twinloop::testing {

/// Writes `content` beside the file, makes it durable and renames it over the file, also if that is named by a link.
/// Into what is no file, as a terminal or a pipe, it is written. The error is a sentence.
std::optional<std::string> replace_file(const std::string& path, std::string_view content);
/// The content of `path`, which is a regular file or a pipe of at most `limit` bytes, or in `error` a sentence.
std::optional<std::string> read_whole_file(const std::string& path, std::string& error, std::size_t limit = SIZE_MAX);

}  // namespace twinloop::testing

#endif
