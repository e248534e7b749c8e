// From errno to the closed set of errors.
#ifndef TWINLOOP_REAL_ERRORS_HPP
#define TWINLOOP_REAL_ERRORS_HPP

#include "twinloop/result.hpp"

namespace twinloop::real {

/// The errc of an errno value other than 0. One that is not in the table gives errc::other, and its number and
/// meaning are printed to standard error the first time. *any thread*
errc error_of(int system_error) noexcept;

/// The same for accept(2), which also reports what went wrong on the connection that it was about to return.
errc accept_error_of(int system_error) noexcept;

}  // namespace twinloop::real

#endif
