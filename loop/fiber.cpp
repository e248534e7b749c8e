#include "loop/fiber.hpp"

#include <cxxabi.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstdlib>
#include <new>
#include <utility>

#include "twinloop/assert.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define TWINLOOP_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TWINLOOP_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define TWINLOOP_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TWINLOOP_TSAN 1
#endif
#endif
#ifdef TWINLOOP_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef TWINLOOP_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace twinloop {
namespace context = boost::context::detail;

fiber_stack_pool::fiber_stack_pool(std::size_t bytes) : bytes_(bytes) {
  TWINLOOP_ASSERT(bytes >= 16 * 1024);
  TWINLOOP_ASSERT(bytes % 4096 == 0);
}

fiber_stack_pool::~fiber_stack_pool() {
  for (stack& each : all_) {
#ifdef TWINLOOP_TSAN
    __tsan_destroy_fiber(each.tsan_context);
#endif
    std::free(each.bottom);
  }
}

fiber_stack_pool::stack fiber_stack_pool::take() {
  if (!free_.empty()) {
    stack used = free_.back();
    free_.pop_back();
    return used;
  }
  stack made;
  made.bottom = std::aligned_alloc(4096, bytes_);
  if (made.bottom == nullptr) throw std::bad_alloc();
#ifdef TWINLOOP_TSAN
  made.tsan_context = __tsan_create_fiber(0);
#endif
  all_.push_back(made);
  return made;
}

void fiber_stack_pool::give_back(stack used) {
#ifdef TWINLOOP_ASAN
  __asan_unpoison_memory_region(used.bottom, bytes_);  // frames that were left by a jump leave poison behind
#endif
  free_.push_back(used);
}

struct fiber_entry {
  static void enter(context::transfer_t from) { fiber::main(from.fctx, from.data); }
};

fiber::fiber(fiber_stack_pool& pool, entry run, void* context)
    : pool_(&pool), stack_(pool.take()), run_(run), context_(context) {
  void* top = static_cast<char*>(stack_.bottom) + pool.bytes_;
  inside_ = context::make_fcontext(top, pool.bytes_, &fiber_entry::enter);
}

fiber::~fiber() {
  TWINLOOP_ASSERT(!running_);
  TWINLOOP_ASSERT(ended_ || !started_ || abandoned_);
  if (!abandoned_) pool_->give_back(stack_);
}

void fiber::resume() {
  TWINLOOP_ASSERT(!running_);
  TWINLOOP_ASSERT(!ended_);
  started_ = true;
  running_ = true;
  auto* globals = reinterpret_cast<exception_state*>(abi::__cxa_get_globals());
  std::swap(*globals, exceptions_);
#ifdef TWINLOOP_ASAN
  void* own_fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&own_fake_stack, stack_.bottom, pool_->bytes_);
#endif
#ifdef TWINLOOP_TSAN
  void* own_tsan_context = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(stack_.tsan_context, 0);
#endif
  inside_ = context::jump_fcontext(inside_, this).fctx;
#ifdef TWINLOOP_TSAN
  __tsan_switch_to_fiber(own_tsan_context, 0);
#endif
#ifdef TWINLOOP_ASAN
  __sanitizer_finish_switch_fiber(own_fake_stack, nullptr, nullptr);
#endif
  std::swap(*globals, exceptions_);
  running_ = false;
}

void fiber::yield() {
  TWINLOOP_ASSERT(running_);
#ifdef TWINLOOP_ASAN
  __sanitizer_start_switch_fiber(ended_ ? nullptr : &fake_stack_, resumer_bottom_, resumer_size_);
#endif
  outside_ = context::jump_fcontext(outside_, nullptr).fctx;
#ifdef TWINLOOP_ASAN
  __sanitizer_finish_switch_fiber(fake_stack_, &resumer_bottom_, &resumer_size_);
#endif
}

/// The first frame on the fiber's stack.
void fiber::main(void* transfer_from, void* self_pointer) {
  fiber& self = *static_cast<fiber*>(self_pointer);
  self.outside_ = transfer_from;
#ifdef TWINLOOP_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &self.resumer_bottom_, &self.resumer_size_);
#endif
  self.run_(self, self.context_);
  self.ended_ = true;
  self.yield();
  std::abort();  // an ended fiber was resumed; resume() checks that
}

bool fiber::owns(const void* address) const {
  const char* bottom = static_cast<const char*>(stack_.bottom);
  const char* place = static_cast<const char*>(address);
  return place >= bottom && place < bottom + pool_->bytes_;
}

}  // namespace twinloop
