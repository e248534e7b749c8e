// The families of workloads of a peer. Each function ends the process if the workload is one of its own. Every peer is
// a program of its own and defines those that it has.
#pragma once

#include "harness/arguments.hpp"

namespace bench::peer {

void serve_net(const arguments& given);
void serve_threads(const arguments& given);  ///< wake, xpost
void serve_pool(const arguments& given);
void serve_queue(const arguments& given);  ///< post, turns
void serve_timers(const arguments& given);
void serve_files(const arguments& given);

}  // namespace bench::peer
