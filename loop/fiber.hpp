// A stackful fiber: a function with a stack of its own that can be left and entered again. The one place of the
// project that switches stacks; the simulator's processes and jobs run on these.
//
//   fiber_stack_pool pool(128 * 1024);
//   fiber f(pool, [](fiber& self, void* context) { ...; self.yield(); ... }, context);
//   f.resume();      // until it yields or ends
//
// Asymmetric: a thread resumes a fiber, the fiber yields back to whoever resumed it; fibers may be resumed by other
// fibers. Built on Boost.Context's jump_fcontext. ASan, TSan and the C++ runtime's exception state are told of every
// switch (docs/decisions/0003-fibers.md). An exception must not leave the function: it is a broken contract.
// Thread: one thread at a time; here always the same.
#ifndef TWINLOOP_LOOP_FIBER_HPP
#define TWINLOOP_LOOP_FIBER_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

namespace twinloop {

class fiber;

/// How ThreadSanitizer sees the fibers of a pool; without it there is no difference.
enum class fiber_order : std::uint8_t {
  switches,    ///< as parts of one thread: what precedes a switch happens before what follows it
  own_thread,  ///< each as a thread: nothing orders it but what acquire() and release() say; see race_checks.hpp
};

/// Stacks (and, under TSan, its per-fiber contexts) for reuse: making one anew costs three orders of magnitude more
/// than a switch. Never gives memory back before its end.
/// Under TSan, fibers as threads get a used stack only if what ran on it happened before they were asked for: else it
/// would seem to race with them about the stack, or its context would hide that it races with them.
class fiber_stack_pool {
 public:
  /// `bytes` a stack, a multiple of 4096, at least 16 KiB.
  explicit fiber_stack_pool(std::size_t bytes, fiber_order order = fiber_order::switches);
  ~fiber_stack_pool();  ///< every fiber made from it must be gone, or abandoned
  fiber_stack_pool(const fiber_stack_pool&) = delete;
  fiber_stack_pool& operator=(const fiber_stack_pool&) = delete;
  std::size_t stack_bytes() const { return bytes_; }
  /// How many stacks were given back until now; a fiber is told that of the moment it was asked for.
  std::uint64_t moment() const { return moment_; }
  /// How many stacks there are.
  std::size_t size() const { return all_.size(); }

 private:
  friend class fiber;
  struct stack {
    void* bottom = nullptr;
    void* tsan_context = nullptr;
  };
  stack take(std::uint64_t asked_for);
  stack make();
  void destroy(const stack& old);
  void give_back(stack used);
  std::size_t bytes_;
  fiber_order order_;
  std::vector<stack> free_;
  std::vector<stack> all_;
  std::uint64_t moment_ = 0;                            // these three under TSan only
  std::vector<std::uint64_t> given_back_;               // moment of each of free_, which is ordered by it then
  [[maybe_unused]] void* untouched_context_ = nullptr;  // knows of nothing that happened since the pool was made
};

class fiber {
 public:
  using entry = void (*)(fiber& self, void* context);
  static constexpr std::uint64_t just_now = UINT64_MAX;
  /// `asked_for`: the pool's moment() when what it does was asked for; all until then happens before it.
  fiber(fiber_stack_pool& pool, entry run, void* context, std::uint64_t asked_for = just_now);
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;
  /// The fiber must have ended, never have started, or be abandoned.
  ~fiber();

  /// Runs it until it yields or ends. Not on one that runs or has ended.
  void resume();
  /// From inside: goes back to the resumer.
  void yield();
  bool started() const { return started_; }
  bool ended() const { return ended_; }
  bool running() const { return running_; }
  /// Gives up on a suspended fiber whose stack cannot be unwound: the stack's memory stays with the pool, is not used
  /// again, and what it held leaks.
  void abandon() { abandoned_ = true; }
  /// For ThreadSanitizer, from outside while it does not run: what was released at `place` happens before what the
  /// fiber does next; what it did until now happens before what acquires at `place` later; and its name in reports.
  void acquire(const void* place);
  void release(const void* place);
  void set_name(const char* name);
  /// Whether `address` lies on this fiber's stack.
  bool owns(const void* address) const;

 private:
  friend struct fiber_entry;
  static void main(void* transfer_from, void* self);

  struct exception_state {  // the head of the C++ ABI's __cxa_eh_globals
    void* caught = nullptr;
    unsigned int uncaught = 0;
  };
  fiber_stack_pool* pool_;
  fiber_stack_pool::stack stack_;
  entry run_;
  void* context_;
  void* inside_ = nullptr;   // where to jump to enter the fiber
  void* outside_ = nullptr;  // where to jump to leave it
  exception_state exceptions_{};
  [[maybe_unused]] void* fake_stack_ = nullptr;            // ASan's, of the fiber
  [[maybe_unused]] const void* resumer_bottom_ = nullptr;  // ASan's view of the resumer's stack
  [[maybe_unused]] std::size_t resumer_size_ = 0;
  bool started_ = false;
  bool ended_ = false;
  bool running_ = false;
  bool abandoned_ = false;
};

}  // namespace twinloop

#endif
