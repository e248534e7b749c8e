// The turn of the loop. Read this file for the order of things; every phase is a function of its own.
#include "twinloop/loop.hpp"

#include <algorithm>
#include <cstring>

#include "loop/function_task.hpp"
#include "loop/timer_queue.hpp"

namespace twinloop {

loop::loop(kernel& below)
    : kernel_(&below), now_(below.now(true)), timers_until_(now_), timers_(std::make_unique<timer_queue>()) {}

loop::~loop() {
  destroying_ = true;
  cancel_everything();
  drop_queued_functions();
  while (!locals_.empty()) {
    local last = locals_.back();
    locals_.pop_back();
    last.destroy(last.object);
  }
  TWINLOOP_ASSERT(first_handle_ == nullptr);  // handles must be gone before their loop
}

bool loop::alive() const {
  return alive_count_ > 0 || !posted_.empty() || !posted_ready_.empty() || !ticks_.empty() || !immediates_.empty() ||
         !immediates_ready_.empty() || !closing_.empty() || batch_next_ < batch_size_ || !postponed_.empty() ||
         remote_posts_.load(std::memory_order_relaxed) != nullptr;
}

/// One turn; blocks in its poll no longer than `limit`.
void loop::turn(time_point limit) {
  ++metrics_.turns;
  hook_list& idle = hooks_[static_cast<int>(hook_phase::idle)];
  hook_list& prepare = hooks_[static_cast<int>(hook_phase::prepare)];
  hook_list& check = hooks_[static_cast<int>(hook_phase::check)];
  if (!ticks_.empty()) drain_ticks();
  if (timers_->may_be_due(timers_until_.time_since_epoch().count())) run_timers();
  if (!posted_ready_.empty()) run_posted();
  if (idle.first != nullptr) run_hooks(idle);
  if (prepare.first != nullptr) run_hooks(prepare);
  poll(limit);
  if (batch_next_ < batch_size_) run_completions();
  if (!immediates_.empty() || !immediates_ready_.empty()) run_immediates();
  if (check.first != nullptr) run_hooks(check);
  if (!closing_.empty()) run_closing();
}

/// How long this turn's poll may block: not at all, which the earliest time says, while something else is ready to run.
time_point loop::poll_deadline(time_point limit) {
  const bool busy = stop_ || idle_active_ > 0 || !ticks_.empty() || !posted_ready_.empty() || !immediates_.empty() ||
                    !immediates_ready_.empty() || !closing_.empty();
  if (busy || !alive()) return time_point::min();
  const std::int64_t due = timers_->next_due();
  return std::min(limit, due == timer_queue::none ? never : time_point(duration(due)));
}

/// Phase 5. What an exception left of the batch before is delivered first.
void loop::poll(time_point limit) {
  if (batch_next_ < batch_size_) return;
  batch_next_ = 0;
  batch_size_ = 0;
  if (!postponed_.empty()) {
    batch_size_ = static_cast<std::uint32_t>(std::min(postponed_.size(), batch_capacity));
    std::copy_n(postponed_.begin(), batch_size_, batch_);
    postponed_.erase(postponed_.begin(), postponed_.begin() + batch_size_);
    return;
  }
  const wait_result result = kernel_->wait(poll_deadline(limit), batch_);
  TWINLOOP_ASSERT(result.count <= batch_capacity);
  TWINLOOP_ASSERT(result.timers_until <= result.now);
  now_ = result.now;
  timers_until_ = result.timers_until;
  batch_size_ = result.count;
  for (std::uint32_t i = 0; i < batch_size_; ++i) mark_delivered(batch_[i]);
  if (result.woken) take_posts();
}

/// Marks the loop as running in this thread for a scope, also when a callback throws.
class loop::running_scope {
 public:
  explicit running_scope(loop& on) : loop_(on) {
    TWINLOOP_ASSERT(!on.running_);  // run() is not re-entrant
    on.running_ = true;
    on.enter();
  }
  ~running_scope() {
    loop_.running_ = loop_.stop_ = false;
    loop_.callback_ = 0;
    loop_.thread_.store(nullptr, std::memory_order_relaxed);
  }
  running_scope(const running_scope&) = delete;
  running_scope& operator=(const running_scope&) = delete;

 private:
  loop& loop_;
};

/// Posts from before come before those that callbacks make from now on.
void loop::enter() {
  thread_.store(current_thread(), std::memory_order_relaxed);
  if (remote_posts_.load(std::memory_order_relaxed) != nullptr) take_remote_posts(posted_);
  update_now();
  timers_until_ = now_;
}

bool loop::run() {
  const running_scope scope(*this);
  while (!stop_ && alive()) turn(never);
  return alive();
}

/// The phases are cyclic: a bounded run ends with the timers and posts that its last poll made ready.
void loop::finish_bounded_run() {
  run_timers();
  run_posted();
}

bool loop::run_once() {
  const running_scope scope(*this);
  if (!stop_) turn(never);
  finish_bounded_run();
  return alive();
}

bool loop::run_nowait() {
  const running_scope scope(*this);
  if (!stop_) turn(now_);
  finish_bounded_run();
  return alive();
}

bool loop::run_for(duration budget) {
  const time_point start = kernel_->now(true);
  return run_until(budget < never - start ? start + budget : never);
}

bool loop::run_until(time_point limit) {
  const running_scope scope(*this);
  while (!stop_ && alive()) {
    turn(limit);
    if (now_ >= limit) break;
  }
  finish_bounded_run();
  return alive();
}

void loop::stop() { stop_ = true; }

void loop::update_now() { now_ = kernel_->now(true); }

std::uint64_t loop::random() {
  std::uint64_t value = 0;
  query_request ask;
  ask.kind = query_kind::random_bytes;
  ask.bytes = std::as_writable_bytes(std::span(&value, 1));
  const bool given = kernel_->query(ask).has_value();
  TWINLOOP_ASSERT(given);
  return value;
}

std::string loop::host_name() {
  query_request ask;
  ask.kind = query_kind::host_name;
  return kernel_->query(ask) ? ask.text_out : std::string();
}

result<std::string> loop::environment(std::string_view variable) {
  query_request ask;
  ask.kind = query_kind::environment;
  ask.text = variable;
  if (auto answered = kernel_->query(ask); !answered) return unexpected(answered.error());
  return ask.text_out;
}

label loop::intern(std::string_view name) {
  names_.push_back(std::make_unique<char[]>(name.size() + 1));
  char* copy = names_.back().get();
  std::memcpy(copy, name.data(), name.size());
  copy[name.size()] = '\0';
  return label(copy);
}

buffer_pool& loop::read_buffers() {
  if (!read_buffers_) read_buffers_ = std::make_unique<buffer_pool>(48, 64 * 1024);
  return *read_buffers_;
}

void* loop::find_local(const void* key) const {
  for (const local& each : locals_) {
    if (each.key == key) return each.object;
  }
  return nullptr;
}

void loop::add_local(const void* key, void* object, void (*destroy)(void*)) {
  TWINLOOP_ASSERT(find_local(key) == nullptr);
  locals_.push_back({key, object, destroy});
}

}  // namespace twinloop
