// The data behind the commands: reads see keys that have not expired, writes go to memory and to the log at once.
//
// A reply that depends on a write must wait until log().durable() has reached dependency(): not only the writer's own,
// also one that shows somebody else's write, or a crash could take back what a reader was told.
#ifndef TWINLOOP_SCENARIOS_KV_DATABASE_HPP
#define TWINLOOP_SCENARIOS_KV_DATABASE_HPP

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/kv/append_log.hpp"
#include "scenarios/kv/options.hpp"
#include "scenarios/kv/store.hpp"
#include "twinloop/loop.hpp"

namespace kv {

class database {
 public:
  database(twinloop::loop& loop, const options& settings);

  /// Takes over what recovery found; `opened` gets what went wrong, or an empty string.
  void open(recovered found, twinloop::unique_function<void(std::string)> opened);

  /// The entry of a key that has not expired, or nullptr. Valid until the next change.
  const entry* find(std::string_view key);
  /// All keys and entries, those that have expired removed first.
  const store::entries& all();
  std::size_t size() { return all().size(); }
  void commit(const change& made);

  expiry_time now() const;
  std::uint64_t dependency() const { return log_.appended(); }
  append_log& log() { return log_; }
  /// Call when the log has become durable up to a new point.
  void durable();
  /// Nothing expires any more.
  void close() { expiry_.stop(); }

 private:
  void expire_due();
  void arm_expiry();

  const options* settings_;
  twinloop::loop* loop_;
  store store_;
  append_log log_;
  twinloop::timer expiry_;
  twinloop::unique_function<void(std::string)> opened_;
  expiry_time armed_for_ = never_expires;
  std::vector<std::string> deleted_later_;  // only ever filled by the bug expiry_deletes_newer
};

}  // namespace kv

#endif
