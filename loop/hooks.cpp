// Idle, prepare and check hooks: callbacks of every turn.
#include "twinloop/loop.hpp"

namespace twinloop {

hook::hook(class loop& owner, hook_phase phase, unique_function<void()> callback, label name, where made)
    : handle(owner, "hook", name, made), callback_(std::move(callback)), phase_(phase) {}

hook::~hook() { stop(); }

void hook::start() {
  if (started_) return;
  started_ = true;
  activate();
  auto& hooks = loop().hooks_[static_cast<int>(phase_)];
  previous_hook_ = hooks.last;
  next_hook_ = nullptr;
  (previous_hook_ != nullptr ? previous_hook_->next_hook_ : hooks.first) = this;
  hooks.last = this;
  if (phase_ == hook_phase::idle) ++loop().idle_active_;
}

void hook::stop() {
  if (!started_) return;
  started_ = false;
  auto& hooks = loop().hooks_[static_cast<int>(phase_)];
  if (hooks.cursor == this) hooks.cursor = hooks.end == this ? nullptr : next_hook_;
  if (hooks.end == this) hooks.end = previous_hook_;
  (previous_hook_ != nullptr ? previous_hook_->next_hook_ : hooks.first) = next_hook_;
  (next_hook_ != nullptr ? next_hook_->previous_hook_ : hooks.last) = previous_hook_;
  if (phase_ == hook_phase::idle) --loop().idle_active_;
  deactivate();
}

/// Runs the hooks that were started when the phase began. After an exception the rest of them is run by the next turn.
void loop::run_hooks(hook_list& hooks) {
  if (hooks.first == nullptr) return;
  if (hooks.cursor == nullptr) {
    hooks.cursor = hooks.first;
    hooks.end = hooks.last;
  }
  while (hook* current = hooks.cursor) {
    const bool last = current == hooks.end;
    hooks.cursor = last ? nullptr : current->next_hook_;
    begin_callback();
    current->callback_();  // may destroy it
    drain_ticks();
    if (last || hooks.end == nullptr) hooks.cursor = nullptr;
  }
}

}  // namespace twinloop
