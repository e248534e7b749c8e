// What ThreadSanitizer is told about fibers that stand for threads. Without it everything here is nothing.
//
// A simulated pool job runs on the one thread there is, but stands for a thread of its own: it has a TSan context that
// is switched to without synchronisation, so that only the edges of a real pool order its accesses. The simulator's own
// code must not be seen by such a context: it works for all of them. So a job's context watches (records accesses,
// checks them, takes part in synchronisation) inside `watched` only, and every way from there into the simulator leads
// through a `gate`. docs/pool-races.md tells the whole story.
#ifndef TWINLOOP_LOOP_RACE_CHECKS_HPP
#define TWINLOOP_LOOP_RACE_CHECKS_HPP

#include <cstddef>

#if defined(__SANITIZE_THREAD__)
#define TWINLOOP_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TWINLOOP_TSAN 1
#endif
#endif

#ifdef TWINLOOP_TSAN
#include <sanitizer/tsan_interface.h>
// In the runtime libraries of both compilers, but in none of their headers.
extern "C" {
void __tsan_ignore_thread_begin();
void __tsan_ignore_thread_end();
void __tsan_read_range(void* begin, unsigned long size);
void __tsan_write_range(void* begin, unsigned long size);
// glibc's word on whether there is one thread only; other C libraries have none.
extern __attribute__((weak)) char __libc_single_threaded;
}
#endif

namespace twinloop::race_checks {

#ifdef TWINLOOP_TSAN
inline constexpr bool on = true;

/// Whether the code that runs is that of a fiber with a context of its own, outside of every gate. Written only while
/// that context ignores what it does, or TSan would see the variable itself as shared.
inline thread_local bool watching = false;

/// For tests only: switches order the fibers that stand for threads, too, so that no race of theirs can be seen.
inline bool switches_order = false;

/// What the current context did so far happens before whatever acquires at the same place later.
inline void release(const void* place) { __tsan_release(const_cast<void*>(place)); }
inline void acquire(const void* place) { __tsan_acquire(const_cast<void*>(place)); }
/// The same as release where a fiber of its own runs, and nothing elsewhere.
inline void release_if_watched(const void* place) {
  if (watching) release(place);
}
/// The current context reads or writes these bytes: for accesses that another made on its behalf.
inline void reads(const void* begin, std::size_t size) { __tsan_read_range(const_cast<void*>(begin), size); }
inline void writes(void* begin, std::size_t size) { __tsan_write_range(begin, size); }

/// libstdc++ counts the references of a shared_ptr without atomics while the C library says that there is one thread.
/// A program on a real pool has several, so those plain accesses would look like races that no pool has.
inline void count_references_as_with_threads() {
  if (&__libc_single_threaded != nullptr) __libc_single_threaded = 0;
}

/// In a fiber's first function: the program's own code runs in this scope.
class watched {
 public:
  watched() {
    watching = true;
    __tsan_ignore_thread_end();
  }
  ~watched() {
    __tsan_ignore_thread_begin();
    watching = false;
  }
  watched(const watched&) = delete;
  watched& operator=(const watched&) = delete;
};

/// The way from a fiber's own code into the simulator and back. Nothing outside of `watched`.
class gate {
 public:
  gate() : closed_(watching) {
    if (!closed_) return;
    __tsan_ignore_thread_begin();
    watching = false;
  }
  ~gate() {
    if (!closed_) return;
    watching = true;
    __tsan_ignore_thread_end();
  }
  gate(const gate&) = delete;
  gate& operator=(const gate&) = delete;

 private:
  const bool closed_;
};

/// Memory is taken and given back in this scope as if no context had ever touched it.
class forgotten {
 public:
  forgotten() { __tsan_ignore_thread_begin(); }
  ~forgotten() { __tsan_ignore_thread_end(); }
  forgotten(const forgotten&) = delete;
  forgotten& operator=(const forgotten&) = delete;
};

#else
inline constexpr bool on = false;
inline void release(const void*) {}
inline void acquire(const void*) {}
inline void release_if_watched(const void*) {}
inline void reads(const void*, std::size_t) {}
inline void writes(void*, std::size_t) {}
inline void count_references_as_with_threads() {}
class watched {
 public:
  watched() {}
};
class gate {
 public:
  gate() {}
};
class forgotten {
 public:
  forgotten() {}
};
#endif

}  // namespace twinloop::race_checks

#endif
