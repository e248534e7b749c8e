// Learning in worker processes. What is known so far goes through the shared log after each run; a worker that dies is
// followed by one that goes on behind the run that it died in.
#include "sim/testing/learning.hpp"

#include <cstring>

#include "sim/testing/run.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint32_t model_message = 0x6d6f646c;  // apart from the kinds of observations

void write_model(message_log& log, const sim::search_model& model) {
  const std::vector<std::uint64_t> words = model.save();
  log.append(model_message, {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(words[0])});
}

/// The last model in the log, if there is one.
std::optional<sim::search_model> read_model(const message_log& log) {
  std::optional<sim::search_model> last;
  for (std::size_t position = 0; const auto message = log.next(position);) {
    if (message->kind != model_message) continue;
    std::vector<std::uint64_t> words(message->bytes.size() / sizeof(std::uint64_t));
    std::memcpy(words.data(), message->bytes.data(), words.size() * sizeof(words[0]));
    last = sim::search_model::load(words);
  }
  return last;
}

/// In the worker: the learning runs from `first` on.
void learn_from(shared_memory& memory, const subject& what, std::uint64_t seed, std::uint64_t first,
                sim::search_model model) {
  sim::world world;
  for (std::uint64_t run = first; run < sim::search_model::learning_runs; ++run) {
    memory.counters().run.store(run);
    memory.counters().begun.fetch_add(1);
    const auto answers = sim::make_source(sim::plan_run(seed, run, what.kinds));
    sim::learning_source listening(*answers);
    if (failing(run_in(world, {&what, &listening, seed, run, &memory.record(), false}))) continue;
    listening.teach(model, run);
    write_model(memory.log(), model);
  }
}

}  // namespace

sim::search_model learn_isolated(shared_memory& memory, const subject& what, std::uint64_t seed,
                                 const watch_options& options) {
  TWINLOOP_ASSERT(what.body != nullptr);
  sim::search_model model;
  std::uint64_t next = 0;
  while (next < sim::search_model::learning_runs) {
    const worker_end end = run_worker(memory, options, [&] { learn_from(memory, what, seed, next, model); });
    if (auto taught = read_model(memory.log())) model = *std::move(taught);
    if (end.ended == worker_end::how::finished || end.ended == worker_end::how::stopped) break;
    next = std::max(next, memory.counters().run.load()) + 1;
  }
  return model;
}

}  // namespace twinloop::testing
