// The table from errno to errc. Several numbers share an errc where a program would act the same on both.
#include "real/errors.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include <atomic>

namespace twinloop::real {
namespace {

/// Prints an unknown number once, so that a log names it and is not flooded by it.
void report_unknown(int system_error) noexcept {
  static std::atomic<std::uint64_t> reported[4];
  const auto number = static_cast<std::uint32_t>(system_error) % 256;
  const std::uint64_t bit = std::uint64_t{1} << (number % 64);
  if ((reported[number / 64].fetch_or(bit, std::memory_order_relaxed) & bit) != 0) return;
  char text[128] = "";
  std::fprintf(stderr, "twinloop: system error %d (%s) has no twinloop::errc; reported as errc::other\n", system_error,
               strerror_r(system_error, text, sizeof text));
}

struct mapping {
  int system_error;
  errc error;
};

constexpr mapping table[] = {
    {EAGAIN, errc::would_block},
    {ECANCELED, errc::cancelled},
    {EINVAL, errc::invalid_argument},
    {EDOM, errc::invalid_argument},
    {EFAULT, errc::invalid_argument},
    {EILSEQ, errc::invalid_argument},
    {ENOPROTOOPT, errc::not_supported},
    {EDESTADDRREQ, errc::not_connected},
    {ESPIPE, errc::invalid_argument},
    {EBADF, errc::bad_handle},
    {ENOTSOCK, errc::bad_handle},
    {ESTALE, errc::bad_handle},
    {ENOENT, errc::not_found},
    {ENXIO, errc::not_found},
    {ENODEV, errc::not_found},
    {EEXIST, errc::already_exists},
    {EACCES, errc::access_denied},
    {EPERM, errc::access_denied},
    {ENOTDIR, errc::not_a_directory},
    {EISDIR, errc::is_a_directory},
    {ENOTEMPTY, errc::directory_not_empty},
    {ENOSPC, errc::no_space},
    {EDQUOT, errc::no_space},
    {EROFS, errc::read_only},
    {EMFILE, errc::too_many_handles},
    {ENFILE, errc::too_many_handles},
    {ENOMEM, errc::out_of_memory},
    {ENOBUFS, errc::out_of_memory},
    {EIO, errc::input_output},
    {EREMOTEIO, errc::input_output},
    {EBADMSG, errc::input_output},
    {EUCLEAN, errc::input_output},
    {EFBIG, errc::file_too_large},
    {EOVERFLOW, errc::file_too_large},
    {ENAMETOOLONG, errc::name_too_long},
    {ELOOP, errc::too_many_links},
    {EMLINK, errc::too_many_links},
    {EXDEV, errc::cross_device},
    {EBUSY, errc::busy},
    {ETXTBSY, errc::busy},
    {EADDRINUSE, errc::address_in_use},
    {EADDRNOTAVAIL, errc::address_unavailable},
    {ECONNREFUSED, errc::connection_refused},
    {ECONNRESET, errc::connection_reset},
    {ENETRESET, errc::connection_reset},
    {ECONNABORTED, errc::connection_aborted},
    {EPROTO, errc::connection_aborted},
    {EPIPE, errc::broken_pipe},
    {ESHUTDOWN, errc::broken_pipe},
    {ENOTCONN, errc::not_connected},
    {EISCONN, errc::already_connected},
    {EALREADY, errc::already_connected},
    {EHOSTUNREACH, errc::host_unreachable},
    {EHOSTDOWN, errc::host_unreachable},
    {ENETUNREACH, errc::network_unreachable},
    {ENETDOWN, errc::network_unreachable},
    {ETIMEDOUT, errc::timed_out},
    {EMSGSIZE, errc::message_too_large},
    {ENOSYS, errc::not_supported},
    {EOPNOTSUPP, errc::not_supported},
    {EAFNOSUPPORT, errc::not_supported},
    {EPFNOSUPPORT, errc::not_supported},
    {EPROTONOSUPPORT, errc::not_supported},
    {ESOCKTNOSUPPORT, errc::not_supported},
};

}  // namespace

errc error_of(int system_error) noexcept {
  TWINLOOP_ASSERT(system_error != 0);
  for (const mapping& each : table) {
    if (each.system_error == system_error) return each.error;
  }
  report_unknown(system_error);
  return errc::other;
}

errc accept_error_of(int system_error) noexcept {
  switch (system_error) {
    // accept(2), "Error handling": these belong to the new connection, or a firewall refused it.
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ECONNABORTED:
    case ETIMEDOUT:
    case EPERM:
      return errc::connection_aborted;
    case EINVAL:  // not listening
    case EOPNOTSUPP:
      return errc::bad_handle;
    default:
      return error_of(system_error);
  }
}

}  // namespace twinloop::real
