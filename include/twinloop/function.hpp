// A move-only callable with inline storage: the callback type of everyone who does not need an intrusive op.
//
//   unique_function<void(errc)> done = [owner = std::move(owner)](errc error) { ... };
//
// It never allocates: a capture above the capacity is a compile error, which says so. Calling an empty one is a
// broken contract. A callable whose move constructor may throw is refused at compile time.
#ifndef TWINLOOP_FUNCTION_HPP
#define TWINLOOP_FUNCTION_HPP

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "twinloop/assert.hpp"

namespace twinloop {

template <class Signature, std::size_t Capacity = 48>
class unique_function;

template <class Return, class... Arguments, std::size_t Capacity>
class unique_function<Return(Arguments...), Capacity> {
 public:
  unique_function() = default;
  unique_function(std::nullptr_t) {}
  unique_function(const unique_function&) = delete;
  unique_function& operator=(const unique_function&) = delete;
  unique_function(unique_function&& other) noexcept { take(other); }
  unique_function& operator=(unique_function&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  unique_function& operator=(std::nullptr_t) noexcept {
    reset();
    return *this;
  }
  ~unique_function() { reset(); }

  template <class Callable>
  requires(!std::is_same_v<std::remove_cvref_t<Callable>, unique_function> &&
           std::is_invocable_r_v<Return, std::decay_t<Callable>&, Arguments...>) unique_function(Callable&& callable) {
    using Stored = std::decay_t<Callable>;
    static_assert(sizeof(Stored) <= Capacity, "the capture is too large: capture a pointer to it instead");
    static_assert(alignof(Stored) <= alignof(std::max_align_t), "the capture is over-aligned");
    static_assert(std::is_nothrow_move_constructible_v<Stored>, "the capture's move constructor may throw");
    ::new (static_cast<void*>(storage_)) Stored(std::forward<Callable>(callable));
    call_ = [](void* stored, Arguments... arguments) -> Return {
      if constexpr (std::is_void_v<Return>) {
        (*static_cast<Stored*>(stored))(std::forward<Arguments>(arguments)...);
      } else {
        return (*static_cast<Stored*>(stored))(std::forward<Arguments>(arguments)...);
      }
    };
    if constexpr (!std::is_trivially_copyable_v<Stored>) {
      manage_ = [](void* from, void* to) noexcept {
        Stored* source = static_cast<Stored*>(from);
        if (to != nullptr) ::new (to) Stored(std::move(*source));
        source->~Stored();
      };
    }
  }

  Return operator()(Arguments... arguments) {
    TWINLOOP_ASSERT(call_ != nullptr);
    return call_(storage_, std::forward<Arguments>(arguments)...);
  }
  explicit operator bool() const { return call_ != nullptr; }

 private:
  using Call = Return (*)(void*, Arguments...);
  using Manage = void (*)(void* from, void* to) noexcept;

  void reset() noexcept {
    if (manage_ != nullptr) manage_(storage_, nullptr);
    call_ = nullptr;
    manage_ = nullptr;
  }
  void take(unique_function& other) noexcept {
    call_ = other.call_;
    manage_ = other.manage_;
    if (manage_ != nullptr) {
      manage_(other.storage_, storage_);
    } else if (call_ != nullptr) {
      __builtin_memcpy(storage_, other.storage_, Capacity);
    }
    other.call_ = nullptr;
    other.manage_ = nullptr;
  }

  alignas(std::max_align_t) unsigned char storage_[Capacity];
  Call call_ = nullptr;
  Manage manage_ = nullptr;
};

}  // namespace twinloop

#endif
