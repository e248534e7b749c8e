// What handles share: their place in the loop's list, and whether they keep it running.
#include "twinloop/loop.hpp"

namespace twinloop {

handle::handle(class loop& owner, const char* type, label name, where made)
    : type_(type), name_(name), made_{made.file, made.line, 0, owner.callback_}, loop_(&owner) {
  previous_ = owner.last_handle_;
  (previous_ != nullptr ? previous_->next_ : owner.first_handle_) = this;
  owner.last_handle_ = this;
}

handle::~handle() {
  TWINLOOP_ASSERT(active_ == 0 || std::uncaught_exceptions() > 0);  // the derived class stops what it started
  if (active_ > 0 && ref_) --loop_->alive_count_;
  if (loop_->walk_next_ == this) loop_->walk_next_ = next_;
  (previous_ != nullptr ? previous_->next_ : loop_->first_handle_) = next_;
  (next_ != nullptr ? next_->previous_ : loop_->last_handle_) = previous_;
}

void handle::ref() {
  if (!ref_ && active_ > 0) ++loop_->alive_count_;
  ref_ = true;
}

void handle::unref() {
  if (ref_ && active_ > 0) --loop_->alive_count_;
  ref_ = false;
}

void handle::activate() {
  if (active_++ == 0 && ref_) ++loop_->alive_count_;
}

void handle::deactivate() {
  TWINLOOP_ASSERT(active_ > 0);
  if (--active_ == 0 && ref_) --loop_->alive_count_;
}

void loop::walk(unique_function<void(handle&)> visitor) {
  TWINLOOP_ASSERT(walk_next_ == nullptr);  // one walk at a time
  struct end_of_walk {                     // also when the visitor throws
    handle*& next;
    ~end_of_walk() { next = nullptr; }
  } const guard{walk_next_};
  for (handle* visited = first_handle_; visited != nullptr; visited = walk_next_) {
    walk_next_ = visited->next_;
    visitor(*visited);
  }
}

void loop::walk_operations(unique_function<void(const op&)> visitor) {
  for (const op* visited = first_op_; visited != nullptr; visited = visited->next) visitor(*visited);
}

}  // namespace twinloop
