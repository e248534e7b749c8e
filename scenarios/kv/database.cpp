// Expiry has one timer, for the key that expires first. A timer may be late, so every access looks at the time as well;
// the timer is there for the keys that nobody asks for.
#include "scenarios/kv/database.hpp"

#include <chrono>
#include <utility>

namespace kv {

using std::chrono::milliseconds;

database::database(twinloop::loop& loop, const options& settings)
    : settings_(&settings),
      loop_(&loop),
      log_(loop, settings),
      expiry_(
          loop,
          [this] {
            armed_for_ = never_expires;
            expire_due();
            arm_expiry();
          },
          "expiry") {
  expiry_.unref();
}

void database::open(recovered found, twinloop::unique_function<void(std::string)> opened) {
  store_ = std::move(found.data);
  opened_ = std::move(opened);
  log_.open(found, [this](std::string trouble) {
    if (trouble.empty()) arm_expiry();  // not before: what expires is written to the log
    std::exchange(opened_, nullptr)(std::move(trouble));
  });
}

expiry_time database::now() const {
  return std::chrono::duration_cast<milliseconds>(loop_->wall().time_since_epoch()).count();
}

const entry* database::find(std::string_view key) {
  expire_due();
  return store_.find(key);
}

const store::entries& database::all() {
  expire_due();
  return store_.all();
}

void database::commit(const change& made) {
  log_.append(made);  // first: the change may view the very key that it erases
  store_.apply(made);
  if (store_.next_expiry().value_or(never_expires) != armed_for_) arm_expiry();
}

void database::expire_due() {
  if (!store_.next_expiry()) return;
  expiry_time time = now();
  while (auto key = store_.first_expired(time)) {
    if (!settings_->broken.expiry_deletes_newer) {
      commit({change_kind::erase, *key});
      continue;
    }
    // The bug: the key goes once its removal is durable, and what was set meanwhile goes with it.
    deleted_later_.emplace_back(*key);
    log_.append({change_kind::erase, *key});
    store_.apply({change_kind::expire, deleted_later_.back(), {}, never_expires});
  }
}

void database::durable() {
  for (const std::string& key : deleted_later_) store_.apply({change_kind::erase, key});
  deleted_later_.clear();
}

/// Looks again when the first key is due. Civil time may be set meanwhile; then it is early or late, never wrong.
void database::arm_expiry() {
  auto next = store_.next_expiry();
  armed_for_ = next.value_or(never_expires);
  if (!next) return expiry_.stop();
  constexpr expiry_time day = 24 * 60 * 60 * 1000;
  expiry_time delay = *next - now();
  expiry_.start(milliseconds(delay < 0 ? 0 : delay > day ? day : delay));
}

}  // namespace kv
