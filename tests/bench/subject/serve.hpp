// The families of workloads of bench_twinloop: each ends the process if the workload is one of its own.
#pragma once

#include "harness/arguments.hpp"

namespace bench::subject {

void serve_operations(const arguments& given);  ///< pingpong, stream, accept on intrusive operations
void serve_streams(const arguments& given);     ///< the same on tcp_stream (api=stream)
void serve_timers(const arguments& given);
void serve_queue(const arguments& given);    ///< post, turns
void serve_threads(const arguments& given);  ///< wake, xpost
void serve_pool(const arguments& given);
void serve_files(const arguments& given);
void serve_simulated_timers(const arguments& given);  ///< sim-hold, sim-timers
void serve_simulated_pairs(const arguments& given);   ///< sim-pingpong, sim-worlds
void serve_schedules(const arguments& given);
void serve_strategies(const arguments& given);  ///< sim-strategy

}  // namespace bench::subject
