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

/// Stacks (and, under TSan, its per-fiber contexts) for reuse: making one anew costs three orders of magnitude more
/// than a switch. Never gives memory back before its end.
class fiber_stack_pool {
 public:
  /// `bytes` a stack, a multiple of 4096, at least 16 KiB.
  explicit fiber_stack_pool(std::size_t bytes);
  ~fiber_stack_pool();  ///< every fiber made from it must be gone, or abandoned
  fiber_stack_pool(const fiber_stack_pool&) = delete;
  fiber_stack_pool& operator=(const fiber_stack_pool&) = delete;
  std::size_t stack_bytes() const { return bytes_; }

 private:
  friend class fiber;
  struct stack {
    void* bottom = nullptr;
    void* tsan_context = nullptr;
  };
  stack take();
  void give_back(stack used);
  std::size_t bytes_;
  std::vector<stack> free_;
  std::vector<stack> all_;
};

class fiber {
 public:
  using entry = void (*)(fiber& self, void* context);
  fiber(fiber_stack_pool& pool, entry run, void* context);
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
