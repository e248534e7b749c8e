// One write of a stream, from the call to its callback.
#ifndef TWINLOOP_LOOP_WRITE_REQUEST_HPP
#define TWINLOOP_LOOP_WRITE_REQUEST_HPP

#include <cstddef>
#include <span>
#include <string>

#include "twinloop/function.hpp"
#include "twinloop/result.hpp"

namespace twinloop {

struct write_request {
  write_request* next = nullptr;
  std::span<const std::byte> bytes{};
  std::string owned;      // the bytes, if the stream keeps them
  std::size_t taken = 0;  // by the kernel
  errc error = errc::ok;
  bool cancelled = false;  // by cancel_writes: no more of it is sent
  unique_function<void(errc, std::size_t)> done;
};

}  // namespace twinloop

#endif
