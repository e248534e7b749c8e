// Compaction: when the log has grown, starts a new segment and has the old ones folded into a snapshot in the
// background. It may fail (a full disk); then the old files stay, and it tries again when the log has grown further.
#ifndef TWINLOOP_SCENARIOS_KV_COMPACTION_HPP
#define TWINLOOP_SCENARIOS_KV_COMPACTION_HPP

#include <cstdint>
#include <string>

#include "scenarios/kv/append_log.hpp"
#include "scenarios/kv/options.hpp"
#include "scenarios/kv/snapshot.hpp"
#include "twinloop/work.hpp"

namespace kv {

class compaction {
 public:
  /// `settings` and `log` must outlive it.
  compaction(twinloop::loop& loop, const options& settings, append_log& log);

  void begin(const recovered& from);
  /// Starts one if the log is worth it and none is under way. Call it whenever the log has grown.
  void consider();
  bool running() const { return running_; }
  /// A snapshot is being written, which takes space that it will give back, one way or the other.
  bool folding() const { return work_.busy(); }
  std::uint64_t completed() const { return completed_; }
  /// Gets what went wrong with one.
  void on_trouble(twinloop::unique_function<void(std::string)> callback) { on_trouble_ = std::move(callback); }
  /// Called when one has ended, well or not.
  void on_end(twinloop::unique_function<void()> callback) { on_end_ = std::move(callback); }

 private:
  void start();
  void fold();
  void finish(std::string trouble);

  const options* settings_;
  append_log* log_;
  twinloop::work_handle work_;
  snapshot_plan plan_;               // of the one under way: the job's while it runs
  std::string trouble_;              // the job's answer
  std::uint64_t snapshot_ = 0;       // the newest one
  std::uint64_t first_segment_ = 1;  // the oldest that is still needed
  std::uint64_t threshold_ = 0;      // bytes in the segment in use that make the next one worth it
  std::uint64_t completed_ = 0;
  bool running_ = false;
  twinloop::unique_function<void(std::string)> on_trouble_;
  twinloop::unique_function<void()> on_end_;
};

}  // namespace kv

#endif
