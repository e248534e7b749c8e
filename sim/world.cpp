// The public face of the world.
#include <algorithm>
#include <exception>
#include <utility>

#include "loop/race_checks.hpp"
#include "sim/world_state.hpp"

#include <fmt/format.h>

namespace twinloop::sim {
namespace {

constexpr std::size_t stack_bytes = 256 * 1024;
constexpr label user_label("world.user");

void handle_assertion(const assertion& what) {
  const race_checks::gate scope;
  world_state* world = running_world();
  if (world == nullptr) return;  // not inside a run: print and abort
  world->record_failure("assertion", what.expression, fmt::format("{}:{}", what.file, what.line));
  throw assertion_failed{what};
}

std::terminate_handler terminate_before = nullptr;

/// An exception met a noexcept frame. On a simulated stack that is the end of this stack, not of the program.
[[noreturn]] void handle_terminate() {
  const race_checks::gate scope;
  world_state* world = running_world();
  if (world != nullptr && world->current_fiber_ != nullptr) {
    if (!world->current_process_->killed) {
      world->record_failure("terminate",
                            name_arena::text_of(*world->current_process_->node) +
                                ": an exception left a noexcept function, or was thrown while unwinding",
                            "");
    }
    world->abandon_current_stack();
  }
  if (terminate_before != nullptr) terminate_before();
  std::abort();
}

/// What has to be in place while simulated code runs on this thread.
class running_scope {
 public:
  explicit running_scope(world_state& world)
      : world_before_(std::exchange(running_world(), &world)),
        handler_before_(set_assertion_handler(&handle_assertion)) {
    const std::terminate_handler now = std::get_terminate();
    if (now != &handle_terminate) {
      terminate_before = now;
      std::set_terminate(&handle_terminate);
    }
  }
  ~running_scope() {
    set_assertion_handler(handler_before_);
    running_world() = world_before_;
  }
  running_scope(const running_scope&) = delete;
  running_scope& operator=(const running_scope&) = delete;

 private:
  world_state* world_before_;
  assertion_handler handler_before_;
};

}  // namespace

world_state*& running_world() noexcept {
  static thread_local world_state* current = nullptr;
  return current;
}

world_state::world_state() : stacks_(stack_bytes), job_stacks_(stack_bytes, fiber_order::own_thread) {
  race_checks::count_references_as_with_threads();
  reset({});
}

world_state::~world_state() { end_processes(); }

/// Unwinds whatever still runs, so that nothing of a run outlives it.
void world_state::end_processes() {
  running_scope scope(*this);
  for (std::size_t i = 0; i < processes_used_; ++i) {
    process_state& each = *processes_[i];
    each.options.may_crash = false;
    kill_process(each, true);
  }
}

void world_state::reset(world_options with) {
  end_processes();
  machines::forget();
  options_ = with;
  if (with.record == nullptr && !own_record_) own_record_ = std::make_unique<recording>();
  record_ = with.record != nullptr ? with.record : own_record_.get();
  record_->begin(with.run);
  choose_.begin(with.source, record_);
  causality_.begin();
  for (std::size_t i = 0; i < processes_used_; ++i) processes_[i]->forget();
  processes_used_ = 0;
  for (std::size_t i = 0; i < hosts_used_; ++i) hosts_[i]->forget();
  hosts_used_ = 0;
  callbacks_.clear();
  user_labels_.clear();
  ready_.clear();
  offered_.clear();
  renew_keys_ = false;
  held_.clear();
  deliveries_ = instant_ = abandoned_ = 0;
  blocked_in_call_ = 0;
  foreground_ = 0;
  has_next_ = stopping_ = out_of_time_ = false;
  allowed_outside_ = 0;
  observing_ = false;
  failed_as_ = outcome::failed;
  observed_state_ = nullptr;
  set_limits();
  pick_asked_.restart(label("world").hash());
  user_asked_.restart(user_label.hash());
  report_ = run_report{};
  event_log_.clear();
  option_texts_.clear();
}

void process_state::forget() {
  main = nullptr;
  args.clear();
  starts = throws = crash_asked = 0;
  exit_status.reset();
  counted = start_pending = false;
  expected_wake = expected_deadline = expected_call = expected_start = 0;
  expected_due = INT64_MAX;
  timers_seen = posts_seen = 0;
  own = nullptr;
  descriptors.clear();
  names_made.clear();
  call_names.clear();
}

void host_state::forget() {
  machine::forget();
  processes.clear();
  starts = 0;
  files_asked.clear();
}

world::world(world_options options) : state_(std::make_unique<world_state>()) { state_->reset(options); }
world::~world() = default;
void world::reset(world_options options) { state_->reset(options); }

host& world::add_host(std::string_view name) {
  world_state& w = *state_;
  if (w.hosts_used_ == w.hosts_.size()) {
    w.hosts_.push_back(std::make_unique<host_state>());
    w.hosts_.back()->face.reset(new host(*w.hosts_.back()));
  }
  host_state& made = *w.hosts_[w.hosts_used_];
  w.machines_.push_back(&made);
  made.world = &w;
  made.text = name;
  made.ordinal = static_cast<std::uint32_t>(w.hosts_used_++);
  made.node = w.names_.make_of_kept(nullptr, label(made.text.c_str()), 0);
  made.asked.restart(made.node->hash);
  made.own = made.face->address(0);
  return *made.face;
}

void world::set_latency(duration one_way) { state_->default_latency_ = one_way.count(); }
void world::set_local_latency(duration one_way) { state_->local_latency_ = one_way.count(); }

namespace {
network_link& link_between(world_state& w, host_state& a, host_state& b) {
  if (network_link* found = w.find_link(a, b)) return *found;
  w.links_.push_back(std::make_unique<network_link>());
  w.links_.back()->a = &a;
  w.links_.back()->b = &b;
  return *w.links_.back();
}
}  // namespace

void world::set_latency(const host& a, const host& b, duration one_way) {
  link_between(*state_, *a.state_, *b.state_).latency = one_way.count();
}

void world::partition(const host& a, const host& b) { link_between(*state_, *a.state_, *b.state_).cut = true; }

void world::heal(const host& a, const host& b) {
  network_link& link = link_between(*state_, *a.state_, *b.state_);
  if (link.cut) state_->heal(link);
}

const run_report& world::run() {
  running_scope scope(*state_);
  state_->run_root(INT64_MAX);
  state_->finish_report(false);
  return state_->report_;
}

const run_report& world::run_for(duration budget) {
  running_scope scope(*state_);
  state_->run_root(state_->now_ + budget.count());
  state_->finish_report(state_->out_of_time_);
  return state_->report_;
}

const run_report& world::report() const { return state_->report_; }

void world::fail(std::string_view name, std::string message, where at) {
  const race_checks::gate scope;  // the text is copied inside: a job that wrote it may never end
  state_->record_failure(std::string(name), std::string(message.data(), message.size()),
                         fmt::format("{}:{}", at.file, at.line));
}

void world::check(bool holds, std::string_view name, std::string message, where at) {
  if (!holds) fail(name, std::move(message), at);
}

std::uint32_t world::choose(label name, std::uint32_t n) {
  const race_checks::gate scope;
  TWINLOOP_ASSERT(n >= 1);
  auto& counters = state_->user_labels_;
  auto found = std::find_if(counters.begin(), counters.end(),
                            [&](const auto& each) { return each.first.hash() == name.hash(); });
  if (found == counters.end()) {
    (void)state_->names_.make(nullptr, name, 0);
    found = counters.insert(found, {name, 0});
  }
  const std::uint64_t hash = state_->names_.make(nullptr, name, 0)->hash;
  if (state_->choose_.wants_touches()) state_->touch_key(hash | 1, true);
  return state_->choose_.choose(choice_kind::user, hash, found->second, n);
}

void world::at(duration after, std::function<void()> callback, label name) {
  world_state& w = *state_;
  w.callbacks_.push_back(std::make_unique<world_callback>());
  world_callback& made = *w.callbacks_.back();
  made.run = std::move(callback);
  made.asked.restart(w.names_.make(nullptr, name, static_cast<std::uint32_t>(w.callbacks_.size() - 1))->hash);
  if (w.choose_.wants_options()) made.expected = w.causality_.expect(no_process, made.asked.hash);
  w.events_.push(w.now_ + after.count(), event_kind::callback, &made, 0, 0);
}

void world::observe_state(std::function<std::uint64_t()> hash) { state_->observed_state_ = std::move(hash); }

time_point world::now() const {
  const race_checks::gate scope;
  return time_point(duration(state_->now_));
}
std::span<const choice_record> world::choices() const { return state_->record_->records(); }
const std::vector<event>& world::events() const { return state_->event_log_; }

std::string world::describe(std::uint64_t label) const {
  const name_node* node = state_->names_.find(label);
  return node != nullptr ? name_arena::text_of(*node) : fmt::format("#{:x}", label);
}

std::string world::describe_option(std::uint64_t identity) const {
  const auto found = state_->option_texts_.find(identity);
  return found != state_->option_texts_.end() ? found->second : fmt::format("#{:x}", identity);
}

std::string_view process::name() const { return state_->text; }
bool process::running() const { return state_->running; }
std::uint32_t process::starts() const { return state_->starts; }
std::optional<int> process::exit_status() const { return state_->exit_status; }
void process::kill() { state_->world->kill_process(*state_, false); }

void process::restart(duration after) {
  TWINLOOP_ASSERT(!state_->running);
  state_->world->schedule_start(*state_, after.count());
}

}  // namespace twinloop::sim
