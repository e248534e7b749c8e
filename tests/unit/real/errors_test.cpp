// errno to errc: the ones that programs act on, and the unknown.
#include "real/errors.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <utility>

namespace twinloop::real {
namespace {

TEST(errors, each_number_that_an_operation_documents_has_its_errc) {
  const std::pair<int, errc> expected[] = {
      {EAGAIN, errc::would_block},
      {EINVAL, errc::invalid_argument},
      {EBADF, errc::bad_handle},
      {ENOENT, errc::not_found},
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
      {EFBIG, errc::file_too_large},
      {ENAMETOOLONG, errc::name_too_long},
      {ELOOP, errc::too_many_links},
      {EXDEV, errc::cross_device},
      {EBUSY, errc::busy},
      {EADDRINUSE, errc::address_in_use},
      {EADDRNOTAVAIL, errc::address_unavailable},
      {ECONNREFUSED, errc::connection_refused},
      {ECONNRESET, errc::connection_reset},
      {ECONNABORTED, errc::connection_aborted},
      {EPIPE, errc::broken_pipe},
      {ENOTCONN, errc::not_connected},
      {EISCONN, errc::already_connected},
      {EHOSTUNREACH, errc::host_unreachable},
      {ENETUNREACH, errc::network_unreachable},
      {ETIMEDOUT, errc::timed_out},
      {EMSGSIZE, errc::message_too_large},
      {EOPNOTSUPP, errc::not_supported},
  };
  for (const auto& [number, error] : expected) EXPECT_EQ(error_of(number), error) << "errno " << number;
}

TEST(errors, unknown_number_is_other_and_printed_once) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(error_of(EXFULL), errc::other);
  EXPECT_EQ(error_of(EXFULL), errc::other);
  const std::string printed = testing::internal::GetCapturedStderr();
  const std::string number = "system error " + std::to_string(EXFULL);
  const std::size_t first = printed.find(number);
  ASSERT_NE(first, std::string::npos) << printed;
  EXPECT_EQ(printed.find(number, first + 1), std::string::npos) << printed;
}

TEST(errors, what_accept_reports_about_a_connection_is_an_aborted_connection) {
  for (const int number : {ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, EPERM}) {
    EXPECT_EQ(accept_error_of(number), errc::connection_aborted);
  }
  EXPECT_EQ(accept_error_of(EMFILE), errc::too_many_handles);
  EXPECT_EQ(accept_error_of(ENFILE), errc::too_many_handles);
  EXPECT_EQ(accept_error_of(EINVAL), errc::bad_handle);
}

}  // namespace
}  // namespace twinloop::real
