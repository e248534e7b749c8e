// The results directory of a search under way.
#include "sim/testing/kept_results.hpp"

#include <fmt/format.h>

#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

result_failure as_result(const kept_failure& kept) {
  static constexpr const char* natures[] = {"failure", leaking_state_name, not_deterministic_name};
  const run_result& result = kept.first.seen.result;
  result_failure failure;
  failure.message = result.broke.message;
  failure.place = result.broke.place;
  failure.nature = natures[static_cast<std::size_t>(kept.first.what)];
  failure.outcome = sim::name(result.ended);
  failure.count = kept.count;
  failure.run = kept.first.run;
  failure.hash = result.hash;
  failure.deviations = result.deviations;
  failure.confirmed = kept.first.confirmed;
  return failure;
}

}  // namespace

kept_results::kept_results(const std::string& directory, const search_identity& identity, const shard& part)
    : file_(directory, identity, part),
      part_(part),
      name_(identity.scenario),
      before_(file_.results().part_of(part)),
      elsewhere_(file_.results()) {
  file_.save();  // a directory that cannot be written is told before the search, not after it
}

coverage kept_results::seen_before() const {
  coverage all;
  for (const result_part& each : elsewhere_.parts) {
    if (each.seen) all.merge(*each.seen);
  }
  return all;
}

std::function<bool(std::uint64_t)> kept_results::skip() const {
  if (elsewhere_.parts.size() == 1) return nullptr;
  return [this](std::uint64_t run) { return elsewhere_.done_elsewhere(run, part_); };
}

bool kept_results::known_before(const failure_signature& what) const {
  return std::any_of(elsewhere_.parts.begin(), elsewhere_.parts.end(),
                     [&](const result_part& part) { return part.failures.contains(what); });
}

std::string kept_results::replay_path(const failure_signature& what) const {
  std::string name = fmt::format("{}-{}", name_, what.key());
  if (!part_.whole()) name += fmt::format(".{}-of-{}", part_.index, part_.of);
  for (char& letter : name) letter = letter == '/' ? '_' : letter;
  return file_.beside(name + ".twin");
}

void kept_results::has_file(const failure_signature& what, const std::string& path) { files_[what] = base_name(path); }

void kept_results::update(const exploration& so_far, bool finished) {
  result_part& part = file_.results().part_of(part_);
  part = before_;
  part.done = so_far.done;
  part.choices += so_far.status.choices;
  part.failing += so_far.status.failing;
  part.seconds += so_far.status.seconds;
  if (!so_far.watched) part.seen.reset();  // of some of the runs it would tell nothing
  if (part.seen) part.seen->merge(so_far.seen);
  for (const auto& [what, kept] : so_far.failures) {
    const auto [at, fresh] = part.failures.try_emplace(what, as_result(kept));
    const auto file = files_.find(what);
    if (!fresh) {
      const std::uint64_t count = at->second.count + kept.count;
      if (kept.first.run < at->second.run) at->second = as_result(kept);
      at->second.count = count;
    }
    if (file != files_.end()) at->second.file = file->second;
  }
  try {
    file_.save();
  } catch (const results_error&) {
    if (finished) throw;  // in between it may be a passing trouble
  }
}

}  // namespace twinloop::testing
