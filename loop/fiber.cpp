#include "loop/fiber.hpp"

#include <cxxabi.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstdlib>
#include <new>
#include <utility>

#include "loop/race_checks.hpp"
#include "twinloop/assert.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define TWINLOOP_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TWINLOOP_ASAN 1
#endif
#endif
#ifdef TWINLOOP_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if !defined(TWINLOOP_TSAN)
#define TWINLOOP_UNCOUNTED_FRAME
#elif defined(__clang__)
#define TWINLOOP_UNCOUNTED_FRAME __attribute__((disable_sanitizer_instrumentation))
#else
#define TWINLOOP_UNCOUNTED_FRAME __attribute__((no_sanitize("thread")))
#endif

namespace twinloop {
namespace context = boost::context::detail;
namespace {

#ifdef TWINLOOP_TSAN
constexpr std::size_t unusable_stacks_max = 64;  // given back too late for those who ask; then the oldest is replaced
constexpr unsigned no_sync = __tsan_switch_to_fiber_no_sync;

enum class edge : std::uint8_t { acquire, release };

/// Acquires or releases as another context, which ignores what it does (see race_checks.hpp) before and after. Between
/// that, nothing but locals that never leave their registers may be touched.
void synchronise(void* tsan_context, edge which, const void* at) {
  void* const own = __tsan_get_current_fiber();
  void* const place = const_cast<void*>(at);
  __tsan_switch_to_fiber(tsan_context, no_sync);
  __tsan_ignore_thread_end();
  if (which == edge::acquire) {
    __tsan_acquire(place);
  } else {
    __tsan_release(place);
  }
  __tsan_ignore_thread_begin();
  __tsan_switch_to_fiber(own, no_sync);
}

/// A context that ignores what it does and knows of nothing but what `parent` knows.
void* make_context(void* parent) {
  void* const own = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(parent, no_sync);
  void* const made = __tsan_create_fiber(0);
  __tsan_switch_to_fiber(made, no_sync);
  __tsan_ignore_thread_begin();
  __tsan_switch_to_fiber(own, no_sync);
  return made;
}
#endif

}  // namespace

fiber_stack_pool::fiber_stack_pool(std::size_t bytes, fiber_order order) : bytes_(bytes), order_(order) {
  TWINLOOP_ASSERT(bytes >= 16 * 1024);
  TWINLOOP_ASSERT(bytes % 4096 == 0);
#ifdef TWINLOOP_TSAN
  if (order == fiber_order::own_thread) untouched_context_ = __tsan_create_fiber(0);
#endif
}

fiber_stack_pool::~fiber_stack_pool() {
  for (const stack& each : all_) destroy(each);
#ifdef TWINLOOP_TSAN
  if (untouched_context_ != nullptr) __tsan_destroy_fiber(untouched_context_);
#endif
}

fiber_stack_pool::stack fiber_stack_pool::make() {
  stack made;
  {
    const race_checks::forgotten scope;
    made.bottom = std::aligned_alloc(4096, bytes_);
  }
  if (made.bottom == nullptr) throw std::bad_alloc();
#ifdef TWINLOOP_TSAN
  made.tsan_context = untouched_context_ != nullptr ? make_context(untouched_context_) : __tsan_create_fiber(0);
#endif
  all_.push_back(made);
  return made;
}

void fiber_stack_pool::destroy(const stack& old) {
#ifdef TWINLOOP_TSAN
  if (untouched_context_ != nullptr) {  // TSan insists that a context which ends does not ignore
    void* const own = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(old.tsan_context, no_sync);
    __tsan_ignore_thread_end();
    __tsan_switch_to_fiber(own, no_sync);
  }
  __tsan_destroy_fiber(old.tsan_context);
#endif
  const race_checks::forgotten scope;
  std::free(old.bottom);
}

fiber_stack_pool::stack fiber_stack_pool::take([[maybe_unused]] std::uint64_t asked_for) {
#ifdef TWINLOOP_TSAN
  if (order_ == fiber_order::own_thread && !free_.empty()) {
    const stack oldest = free_.front();
    const bool usable = given_back_.front() <= asked_for;
    if (!usable && free_.size() < unusable_stacks_max) return make();
    free_.erase(free_.begin());
    given_back_.erase(given_back_.begin());
    if (usable) return oldest;
    std::erase_if(all_, [&](const stack& each) { return each.bottom == oldest.bottom; });
    destroy(oldest);
    return make();
  }
#endif
  if (free_.empty()) return make();
  const stack used = free_.back();
  free_.pop_back();
  return used;
}

void fiber_stack_pool::give_back(stack used) {
#ifdef TWINLOOP_ASAN
  __asan_unpoison_memory_region(used.bottom, bytes_);  // frames that were left by a jump leave poison behind
#endif
  free_.push_back(used);
  if (race_checks::on && order_ == fiber_order::own_thread) given_back_.push_back(++moment_);
}

struct fiber_entry {
  TWINLOOP_UNCOUNTED_FRAME static void enter(context::transfer_t from) { fiber::main(from.fctx, from.data); }
};

fiber::fiber(fiber_stack_pool& pool, entry run, void* context, std::uint64_t asked_for)
    : pool_(&pool), stack_(pool.take(asked_for)), run_(run), context_(context) {
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
  const unsigned how = pool_->order_ == fiber_order::own_thread ? no_sync : 0;
  const bool ordered = how == no_sync && race_checks::switches_order;
  if (ordered) {
    race_checks::release(this);
    acquire(this);
  }
  void* own_tsan_context = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(stack_.tsan_context, how);
#endif
  inside_ = context::jump_fcontext(inside_, this).fctx;
#ifdef TWINLOOP_TSAN
  __tsan_switch_to_fiber(own_tsan_context, how);
  if (ordered) {
    release(this);
    race_checks::acquire(this);
  }
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
  __sanitizer_start_switch_fiber(&fake_stack_, resumer_bottom_, resumer_size_);
#endif
  outside_ = context::jump_fcontext(outside_, nullptr).fctx;
#ifdef TWINLOOP_ASAN
  __sanitizer_finish_switch_fiber(fake_stack_, &resumer_bottom_, &resumer_size_);
#endif
}

/// The first frame on the fiber's stack. It leaves it by a jump, so TSan must not have counted it in.
TWINLOOP_UNCOUNTED_FRAME void fiber::main(void* transfer_from, void* self_pointer) {
  fiber& self = *static_cast<fiber*>(self_pointer);
  self.outside_ = transfer_from;
#ifdef TWINLOOP_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &self.resumer_bottom_, &self.resumer_size_);
#endif
  self.run_(self, self.context_);
  self.ended_ = true;
#ifdef TWINLOOP_ASAN
  __sanitizer_start_switch_fiber(nullptr, self.resumer_bottom_, self.resumer_size_);
#endif
  context::jump_fcontext(self.outside_, nullptr);
  std::abort();  // an ended fiber was resumed; resume() checks that
}

#ifdef TWINLOOP_TSAN
void fiber::acquire(const void* place) {
  TWINLOOP_ASSERT(pool_->order_ == fiber_order::own_thread);
  synchronise(stack_.tsan_context, edge::acquire, place);
}
void fiber::release(const void* place) {
  TWINLOOP_ASSERT(pool_->order_ == fiber_order::own_thread);
  synchronise(stack_.tsan_context, edge::release, place);
}
void fiber::set_name(const char* name) { __tsan_set_fiber_name(stack_.tsan_context, name); }
#else
void fiber::acquire(const void*) {}
void fiber::release(const void*) {}
void fiber::set_name(const char*) {}
#endif

bool fiber::owns(const void* address) const {
  const char* bottom = static_cast<const char*>(stack_.bottom);
  const char* place = static_cast<const char*>(address);
  return place >= bottom && place < bottom + pool_->bytes_;
}

}  // namespace twinloop
