// What a callback touches, said by the program: it narrows what an exhaustive search has to try.
//
//   touches_only(refresh, {writes("cache:k"), reads("config")});   // a timer, a work_handle, a stream, a listener
//   touches_only(loop, read, {writes(key("session", number))});    // an op or a task, before it is submitted or queued
//
// Without a declaration a callback conflicts with every other callback of its process, and a search tries both orders
// of every two. With one it conflicts only where a key is shared and one of the two writes it.
// A declaration covers the callback, a job's body too, and what these make the loop run in the same turn: next ticks,
// immediates and closing callbacks. It need not name handles, files, timers, posts and jobs, whose keys the simulator
// adds by itself; it must name every other state that the callback reads or writes and that others may write. Names are
// global: two processes that declare the same name share it. While a hook is started nothing counts as declared, since
// hooks run in every turn.
// A wrong declaration makes a search miss orders: sim::check_commute tries declarations out.
// Thread: the loop's. Allocates at most once for each distinct list. On the real kernel: without effect.
#ifndef TWINLOOP_TOUCHES_HPP
#define TWINLOOP_TOUCHES_HPP

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "twinloop/origin.hpp"

namespace twinloop {

class handle;
class loop;
struct op;
struct task;

/// A key, and how it is touched. Two callbacks conflict when they share a key and at least one of them writes it.
struct touch {
  std::uint64_t key = 0;
  bool write = true;
  friend bool operator==(const touch&, const touch&) = default;
};

/// The key of a name of the program's own.
constexpr std::uint64_t key(const char* name) { return hash_name(name) | 1; }
/// The key of one of many: of session number 7, say.
constexpr std::uint64_t key(const char* name, std::uint64_t which) {
  return ((hash_name(name) ^ which * 0x9e3779b97f4a7c15ull) * 0x100000001b3ull) | 1;
}
constexpr touch reads(std::uint64_t key) { return {key, false}; }
constexpr touch reads(const char* name) { return {key(name), false}; }
constexpr touch writes(std::uint64_t key) { return {key, true}; }
constexpr touch writes(const char* name) { return {key(name), true}; }

/// Replaces what the callbacks of this handle are declared to touch, from its next operation on; empty = nothing.
void touches_only(handle& of, std::initializer_list<touch> keys);
/// The same for an operation or a queued task, which keep it until it is replaced. Not while under way.
void touches_only(loop& on, op& of, std::initializer_list<touch> keys);
void touches_only(loop& on, task& of, std::initializer_list<touch> keys);

/// For kernels: what stands behind the declarations, and the parts of a loop that do not cross the seam.
struct loop_view {
  /// The list behind origin::touches, which must not be 0.
  static std::span<const touch> declared(const loop& of, std::uint32_t touches);
  static bool running(const loop& of);  ///< inside one of its run functions
  /// Whether hooks, or callbacks that are queued already, run in the next turn whatever completes.
  static bool runs_undeclared(const loop& of);
  /// Appends what the armed timers due at or before `until` touch. False if one of them declares nothing.
  static bool collect_timers(const loop& of, std::int64_t until, std::vector<touch>& into);
  static bool has_due_timers(loop& of, std::int64_t until);
  /// The same for the posts that the next wake delivers.
  static bool collect_posts(const loop& of, std::vector<touch>& into);
  /// A number that changes when timers are armed, moved or stopped.
  static std::uint64_t timers_state(const loop& of);
  /// One that changes when something is posted from the loop's own thread.
  static std::uint64_t posts_state(const loop& of);
  static std::uint32_t declare(loop& on, std::initializer_list<touch> keys);

 private:
  template <class Visit>
  static void for_each_post(const loop& of, Visit visit);
};

}  // namespace twinloop

#endif
