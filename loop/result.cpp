#include "twinloop/result.hpp"

#include <array>
#include <string>

namespace twinloop {
namespace {

struct text {
  const char* name;
  const char* message;
};
// In the order of errc.
constexpr std::array<text, static_cast<std::size_t>(errc::other) + 1> texts = {{
    {"ok", "no error"},
    {"cancelled", "the operation was cancelled"},
    {"would_block", "nothing to give now; try again later"},
    {"invalid_argument", "an argument is outside its documented range"},
    {"bad_handle", "the handle is closed or of another kind"},
    {"not_found", "no such file or directory"},
    {"already_exists", "the file or directory already exists"},
    {"access_denied", "permission denied"},
    {"not_a_directory", "a part of the path is not a directory"},
    {"is_a_directory", "the path is a directory"},
    {"directory_not_empty", "the directory is not empty"},
    {"no_space", "no space left on the disk"},
    {"read_only", "the file system is read-only"},
    {"too_many_handles", "too many open files or sockets"},
    {"out_of_memory", "the system is out of memory or buffers"},
    {"input_output", "input/output error of the device"},
    {"file_too_large", "the file is too large"},
    {"name_too_long", "the file name is too long"},
    {"too_many_links", "too many links"},
    {"cross_device", "the two paths are on different file systems"},
    {"busy", "the resource is in use"},
    {"address_in_use", "the address is already in use"},
    {"address_unavailable", "the address is not available on this host"},
    {"connection_refused", "connection refused: nobody listens there"},
    {"connection_reset", "connection reset by the peer"},
    {"connection_aborted", "connection aborted"},
    {"broken_pipe", "the other side no longer receives"},
    {"not_connected", "the socket is not connected"},
    {"already_connected", "the socket is already connected"},
    {"host_unreachable", "no route to the host"},
    {"network_unreachable", "the network is unreachable"},
    {"timed_out", "timed out"},
    {"message_too_large", "the message is too large"},
    {"no_buffers", "the buffer pool is empty"},
    {"name_not_found", "the host name is not known"},
    {"name_try_again", "the name server gave no answer; try again later"},
    {"not_supported", "not supported on this platform"},
    {"other", "an error outside the known set"},
}};

class twinloop_category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "twinloop"; }
  std::string message(int value) const override { return twinloop::message(static_cast<errc>(value)); }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const twinloop_category category;
  return category;
}

const char* message(errc error) noexcept {
  const auto index = static_cast<std::size_t>(error);
  return index < texts.size() ? texts[index].message : "not an error code of twinloop";
}

const char* name(errc error) noexcept {
  const auto index = static_cast<std::size_t>(error);
  return index < texts.size() ? texts[index].name : "unknown";
}

}  // namespace twinloop
