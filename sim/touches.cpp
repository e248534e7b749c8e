// What steps touch: the automatic keys of ready entries, what programs declare, and what a step turns out to touch
// while its callbacks run. Nothing here runs unless a source asks for options, and touch() only if it asks for touches.
#include "twinloop/touches.hpp"
#include <algorithm>

#include "sim/ready.hpp"

namespace twinloop::sim {
namespace {
/// Keys of things that have no name of their own are made of a name and a word. Never one of the two special keys.
constexpr std::uint64_t key_of(std::uint64_t name, std::uint64_t word) { return mix64(name ^ word) | 1; }
// Hashed here: keys are asked for with every option.
constexpr std::uint64_t handle_word = hash_name("handle");
constexpr std::uint64_t timers_word = hash_name("timers");
constexpr std::uint64_t posts_word = hash_name("posts");
constexpr std::uint64_t disk_word = hash_name("disk");
constexpr std::uint64_t port_word = hash_name("port");
constexpr std::uint64_t end_key = key_of(0, hash_name("end"));

/// FNV-1a, as hash_name.
std::uint64_t hash_bytes(std::string_view text) {
  std::uint64_t hash = hash_name("");
  for (const char each : text) hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3ull;
  return hash;
}

/// Both ends of a connection have one key: what one of them does, its close above all, changes what the other sees.
std::uint64_t handle_key(const descriptor& on) {
  const name_node* node = on.node;
  if (node->other != nullptr) node = node->other;
  return key_of(node->hash, handle_word);
}
}  // namespace

/// Whether more may run in the turn of the entry's callback than that. Of jobs, only their bodies count here.
bool world_state::runs_more(const ready_entry& entry) {
  if (entry.kind == entry_kind::pool || entry.kind == entry_kind::job) return false;
  return entry.process != nullptr && (entry.process->own == nullptr || loop_view::runs_undeclared(*entry.process->own));
}

inline bool world_state::add_op_keys(process_state& of, const op& about) {
  if (about.kind == op_kind::file || about.kind == op_kind::work) add_pool_keys(of, about);
  const descriptor* on = of.find_open(about.handle);
  if (on != nullptr && on->stream != nullptr) offered_.add_key(handle_key(*on), true);
  return about.made.touches != 0 && add_declared_keys(about);
}

/// Adds the keys of `entry` to those begun. True if they are all that it touches, unless it runs_more().
bool world_state::add_keys(const ready_entry& entry) {
  if (entry.process == nullptr) return false;
  process_state& of = *entry.process;
  if (of.options.daemon) offered_.add_key(end_key, false);
  if (entry.kind == entry_kind::completion) return add_op_keys(of, *static_cast<op*>(entry.subject));  // most of them
  if (entry.kind == entry_kind::deadline) return add_deadline_keys(of);
  if (entry.kind == entry_kind::wake) return add_wake_keys(of);
  const op* about = op_of(entry);
  return about != nullptr && add_op_keys(of, *about);
}

/// Of the timers that a wait's end finds due. A poll that ends with no timer due touches nothing.
bool world_state::add_deadline_keys(process_state& of) {
  if (of.own == nullptr || !loop_view::has_due_timers(*of.own, now_)) return true;
  offered_.add_key(key_of(of.asked.hash, timers_word), true);
  keys_scratch_.clear();
  const bool all = loop_view::collect_timers(*of.own, now_, keys_scratch_);
  offered_.add_keys(keys_scratch_);
  return all;
}

/// Of the posts that a wake delivers.
bool world_state::add_wake_keys(process_state& of) {
  offered_.add_key(key_of(of.asked.hash, posts_word), true);
  if (of.own == nullptr) return true;
  keys_scratch_.clear();
  const bool all = loop_view::collect_posts(*of.own, keys_scratch_);
  offered_.add_keys(keys_scratch_);
  return all;
}

void world_state::add_pool_keys(process_state& of, const op& about) {
  if (about.kind == op_kind::file) return add_file_keys(of, static_cast<const file_op&>(about).request);
  offered_.add_key(asked_for(of, about).hash | 1, true);
}

bool world_state::add_declared_keys(const op& about) {
  if (about.owner == nullptr) return false;
  offered_.add_keys(loop_view::declared(*about.owner, about.made.touches));
  return true;
}

/// The file by its name on its host, and its directory if the call changes or lists that.
void world_state::add_file_keys(process_state& of, const file_request& call) {
  const std::uint64_t disk = key_of(of.host->asked.hash, disk_word);
  auto add_path = [&](std::string_view path, bool write, bool directory) {
    while (path.starts_with('/')) path.remove_prefix(1);
    offered_.add_key(mix64(disk ^ hash_bytes(path)), write);
    const std::size_t slash = path.find_last_of('/');
    const std::string_view parent = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    if (directory) offered_.add_key(mix64(disk ^ hash_bytes(parent)), write);
  };
  if (const descriptor* on = of.find_open(call.handle); on != nullptr && on->file) {
    const bool reads = call.call == file_call::read_at || call.call == file_call::status;
    offered_.add_key(mix64(disk ^ on->file->node->number), !reads);
    return add_path(on->file->path, !reads, false);
  }
  switch (call.call) {
    case file_call::status:
      return add_path(call.path, false, false);
    case file_call::list:
      return add_path(call.path, false, false);
    case file_call::open: {
      const bool changes = (call.flags & (open_create | open_truncate)) != 0;
      return add_path(call.path, changes, changes);
    }
    case file_call::rename:
      add_path(call.second_path, true, true);
      return add_path(call.path, true, true);
    default:
      return add_path(call.path, true, true);
  }
}

/// What main does after its loop has run, when nothing is left to happen anywhere, comes after every step, whichever
/// was the last: it is no part of that one.
void world_state::touch_key(std::uint64_t key, bool write) {
  const loop* own = current_process_ != nullptr ? current_process_->own : nullptr;
  if (own != nullptr && !loop_view::running(*own) && !causality_.expects_anything()) return;
  choose_.touched(causality_.working_for(), key, write);
}

/// A callback does something to a handle.
void world_state::touch_handle(const descriptor& on) { touch_key(handle_key(on), true); }

/// A callback connects to, binds or listens at an address.
void world_state::touch_endpoint(const host_state& from, const address& at) {
  const machine* there = at.is_any() || at.is_loopback() ? &from : find_machine(at);
  if (there != nullptr) touch_key(key_of(there->asked.hash + at.port, port_word), true);
}

void world_state::touch_file(process_state& of, const file_request& call) {
  offered_.begin_keys();
  add_file_keys(of, call);
  for (const conflict_key& each : offered_.begun_keys()) touch_key(each.key, each.write);
}

/// Queued calls and jobs start in the order in which they were queued: who queues one touches what it will touch.
void world_state::touch_queued(process_state& of, const op& queued) {
  offered_.begin_keys();
  const bool declared = add_op_keys(of, queued);
  for (const conflict_key& each : offered_.begun_keys()) touch_key(each.key, each.write);
  if (queued.kind == op_kind::work && !declared) touch_key(whole_process, true);
}

/// main returns. What was still expected will not happen; and the run may end before daemons go on.
void world_state::touch_by_ending(process_state& ended) {
  if (causality_.expects(ended.index)) touch_key(whole_process, true);
  const bool daemons =
      std::any_of(processes_.begin(), processes_.begin() + static_cast<std::ptrdiff_t>(processes_used_),
                  [](const auto& each) { return each->options.daemon; });
  if (daemons && !ended.options.daemon) touch_key(end_key, true);
}

/// Before the next step: what the last one did to the parts of loops that do not cross the seam.
void world_state::finish_step() {
  for (std::size_t i = 0; i < processes_used_; ++i) {
    if (processes_[i]->own != nullptr) finish_step_of(*processes_[i]);
  }
}

void world_state::finish_step_of(process_state& of) {
  const std::uint64_t timers = loop_view::timers_state(*of.own);
  const std::uint64_t posts = loop_view::posts_state(*of.own);
  const std::uint64_t step = causality_.steps();
  if (timers != of.timers_seen) choose_.touched(step, key_of(of.asked.hash, timers_word), true);
  if (posts != of.posts_seen) choose_.touched(step, key_of(of.asked.hash, posts_word), true);
  of.timers_seen = timers;
  of.posts_seen = posts;
}

}  // namespace twinloop::sim
