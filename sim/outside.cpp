// What simulated programs take from outside of their loop: who runs, what is allowed, and the failure.
#include "twinloop/outside.hpp"

#include "loop/race_checks.hpp"
#include "sim/world_state.hpp"

#include <fmt/format.h>

namespace twinloop::sim {
namespace {

const char* instead_of(outside source) {
  switch (source) {
    case outside::clock:
      return "the system's time differs from run to run: take loop::now() or loop::wall()";
    case outside::sleep:
      return "virtual time does not pass meanwhile: take a timer";
    case outside::random:
      return "what it gives differs from run to run: take loop::random()";
    case outside::thread:
      return "the simulation does not decide what threads do: take a job of the pool (work)";
    case outside::environment:
      return "what it gives differs from machine to machine: take arguments of main";
  }
  return "";
}

/// The world whose program runs on this thread: not the source of choices or the test's hash, which are called on its
/// stack.
world_state* world_of_program() {
  world_state* const world = running_world();
  if (world == nullptr || world->current_fiber_ == nullptr) return nullptr;
  return world->choose_.telling() || world->observing_ ? nullptr : world;
}

/// The same, unless that program is being unwound.
world_state* watching_world() {
  world_state* const world = world_of_program();
  return world != nullptr && !world->current_process_->killed ? world : nullptr;
}

}  // namespace

const char* name(outside source) noexcept {
  switch (source) {
    case outside::clock:
      return "clock";
    case outside::sleep:
      return "sleep";
    case outside::random:
      return "random";
    case outside::thread:
      return "thread";
    case outside::environment:
      return "environment";
  }
  return "unknown";
}

bool watches(outside source) noexcept {
  const race_checks::gate scope;
  const world_state* const world = watching_world();
  return world != nullptr && (world->allowed_outside_ & 1u << static_cast<unsigned>(source)) == 0;
}

void report_outside(outside source, std::string_view function, std::string place) {
  const race_checks::gate scope;
  TWINLOOP_ASSERT(watches(source));
  world_state& world = *running_world();
  if (world.stopping_) return;
  world.record_failure(fmt::format("outside.{}", name(source)),
                       fmt::format("{} called {}: {}", task_name(running_task()), function, instead_of(source)),
                       std::move(place));
}

std::uint64_t next_task_number() noexcept {
  static thread_local std::uint64_t given = 0;
  return ++given;
}

std::uint64_t running_task() noexcept {
  const race_checks::gate scope;
  const world_state* const world = world_of_program();
  if (world == nullptr) return 0;
  return world->current_job_ != nullptr ? world->current_job_->task : world->current_process_->task;
}

std::string task_name(std::uint64_t task) {
  const race_checks::gate scope;
  const world_state* const world = running_world();
  if (world == nullptr || task == 0) return {};
  for (std::size_t i = 0; i < world->processes_used_; ++i) {
    const process_state& each = *world->processes_[i];
    if (each.running && each.task == task) return name_arena::text_of(*each.node);
    for (const auto& job : each.jobs) {
      if (job->running == nullptr || job->task != task) continue;
      return fmt::format("{}/{}", name_arena::text_of(*each.node), job->running->name.text());
    }
  }
  return {};
}

void report_blocking(std::string message, std::string place) {
  const race_checks::gate scope;
  world_state* const world = watching_world();
  if (world != nullptr && !world->stopping_) world->record_failure("blocks", std::move(message), std::move(place));
}

void world::allow(outside source) { state_->allowed_outside_ |= 1u << static_cast<unsigned>(source); }

}  // namespace twinloop::sim
