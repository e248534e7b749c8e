// The settings of the Asio program.
#pragma once

#define ASIO_STANDALONE 1

namespace bench::peer {

/// continuation=defer: posts go through asio::defer.
inline bool deferred = false;

}  // namespace bench::peer
