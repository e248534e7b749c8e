// The reduction against the plain enumeration, which knows nothing of conflicts: on random small programs both must
// reach the same final states, and run one schedule for each trace.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>

#include "scenarios/calibration/chains.hpp"
#include "sim/random.hpp"
#include "twinloop/search.hpp"
#include "twinloop/work.hpp"

namespace twinloop::sim {
namespace {
using calibration::link;

constexpr std::size_t variables = 3;

enum class act : std::uint8_t { read, write, post_write, job_write, timer_write, file_write };

struct action {
  act what = act::read;
  std::uint32_t variable = 0;
};

/// Chains of actions on shared variables; every action declares what it touches, or none does.
struct small_program {
  std::vector<std::vector<action>> chains;
  bool declared = false;
};

std::uint64_t key_of(std::uint32_t variable) { return key("variable", variable); }

/// Everything that a run of a small program changes. Jobs write values too, and nothing but the search orders them:
/// they are atomic, so that this is no data race.
struct memory {
  std::array<std::atomic<std::uint64_t>, variables> values{};
  std::array<std::uint64_t, 4> registers{};
  void clear() {
    for (auto& each : values) each = 0;
    registers = {};
  }
  void write(std::uint64_t value, std::uint32_t variable) {
    values[variable] = mix64(value + values[variable] * 7 + 1);
  }
  std::uint64_t hash() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t each : values) sum = mix64(sum ^ each);
    for (const std::uint64_t each : registers) sum = mix64(sum ^ each);
    return sum;
  }
};

class runner {
 public:
  explicit runner(const small_program& what) : what_(&what) {}

  void operator()(world& world) {
    state_.clear();
    calibration::chains chains;
    for (const auto& each : what_->chains) chains.lengths.push_back(static_cast<unsigned>(each.size()));
    chains.visit = [this](link at) { perform(at, what_->chains[at.chain][at.index]); };
    chains.alongside = [this](loop& on) { loop_ = &on; };
    chains.finished = [this] {
      loop_->run();  // what was started and has not ended
      jobs_.clear();
      timers_.clear();
      tasks_.clear();
      files_.clear();
    };
    chains.declare = [this](loop& on, op& of, link at) {
      if (what_->declared) declare(on, of, what_->chains[at.chain][at.index]);
    };
    calibration::add_chains(world, std::move(chains));
    world.run();
  }
  std::uint64_t state() const { return state_.hash(); }

 private:
  struct posted : task {
    runner* self = nullptr;
    std::uint64_t value = 0;
    std::uint32_t variable = 0;
  };
  struct file_write_op : file_op {
    runner* self = nullptr;
    std::uint64_t value = 0;
    std::uint32_t variable = 0;
    file_status found;
  };
  static void declare(loop& on, op& of, const action& does) {
    // What an action starts is declared where it is started; who starts it is found out by the simulator.
    switch (does.what) {
      case act::read:
        return touches_only(on, of, {reads(key_of(does.variable))});
      case act::write:
        return touches_only(on, of, {writes(key_of(does.variable))});
      default:
        return touches_only(on, of, {});
    }
  }
  void perform(link at, const action& does) {
    const touch wrote = writes(key_of(does.variable));
    const unsigned chain = at.chain;
    const std::uint64_t value = state_.registers[chain] + 31 * chain;
    const std::uint32_t variable = does.variable;
    switch (does.what) {
      case act::read:
        state_.registers[chain] = mix64(state_.registers[chain] ^ state_.values[variable]);
        return;
      case act::write:
        return state_.write(value, variable);
      case act::post_write: {
        posted& made = *tasks_.emplace_back(std::make_unique<posted>());
        made.self = this;
        made.value = value;
        made.variable = variable;
        made.run = [](task& queued) {
          auto& from = static_cast<posted&>(queued);
          from.self->state_.write(from.value, from.variable);
        };
        if (what_->declared) touches_only(*loop_, made, {wrote});
        return loop_->post(made);
      }
      case act::job_write: {
        work_handle& job = *jobs_.emplace_back(std::make_unique<work_handle>(*loop_, "job"));
        if (what_->declared) touches_only(job, {wrote});
        return job.start([this, value, variable](twinloop::job&) { state_.write(value, variable); }, [](errc) {});
      }
      case act::file_write:
        return start_file_call(value, variable);
      case act::timer_write: {
        auto write = [this, value, variable] { state_.write(value, variable); };
        intrusive_timer& made = *timers_.emplace_back(std::make_unique<timer>(*loop_, write));
        if (what_->declared) touches_only(made, {wrote});
        return made.start(std::chrono::microseconds(20));  // when a file call ends that is made now
      }
    }
  }

  void start_file_call(std::uint64_t value, std::uint32_t variable) {
    file_write_op& made = *files_.emplace_back(std::make_unique<file_write_op>());
    made.self = this;
    made.value = value;
    made.variable = variable;
    made.request.call = file_call::status;
    made.request.path = "/";
    made.request.status_out = &made.found;
    made.on_complete = [](op& done, const completion&) {
      auto& from = static_cast<file_write_op&>(done);
      from.self->state_.write(from.value, from.variable);
    };
    if (what_->declared) touches_only(*loop_, made, {writes(key_of(variable))});
    loop_->submit(made);
  }

  const small_program* what_;
  memory state_;
  loop* loop_ = nullptr;
  std::vector<std::unique_ptr<posted>> tasks_;
  std::vector<std::unique_ptr<work_handle>> jobs_;
  std::vector<std::unique_ptr<timer>> timers_;
  std::vector<std::unique_ptr<file_write_op>> files_;
};

small_program draw_program(random_stream& random, std::uint32_t kinds_of_action, std::uint32_t steps) {
  small_program made;
  made.declared = !random.one_in(5);
  made.chains.resize(2 + random.below(2));
  for (std::uint32_t i = 0; i < steps; ++i) {
    made.chains[i < made.chains.size() ? i : random.below(static_cast<std::uint32_t>(made.chains.size()))].push_back(
        {static_cast<act>(random.below(kinds_of_action)), random.below(variables)});
  }
  return made;
}

/// "r0 p1 | j2 (declared)", for people.
std::string text_of(const small_program& program) {
  std::string text;
  for (const auto& chain : program.chains) {
    for (const action& each : chain) {
      text += "rwpjtf"[static_cast<std::size_t>(each.what)] + std::to_string(each.variable) + " ";
    }
    text += "| ";
  }
  return text + (program.declared ? "(declared): " : "(nothing declared): ");
}

bool uses_pool(const small_program& program) {
  for (const auto& chain : program.chains) {
    for (const action& each : chain) {
      if (each.what == act::job_write || each.what == act::file_write) return true;
    }
  }
  return false;
}

void expect_agreement(const small_program& program, std::uint32_t kinds) {
  const std::string which = text_of(program);
  runner body(program);
  search_options options;
  options.kinds = kinds;
  options.state = [&] { return body.state(); };
  const search_result plain = explore_all(std::ref(body), options);
  const search_result reduced = dpor(std::ref(body), options);
  EXPECT_TRUE(plain.clean()) << which << plain.text();
  EXPECT_TRUE(reduced.clean()) << which << reduced.text();
  EXPECT_EQ(plain.states, reduced.states) << which << plain.text() << reduced.text();
  EXPECT_LE(reduced.executions, plain.runs) << which;
  EXPECT_LE(reduced.traces, plain.traces) << which;
  if (!uses_pool(program)) {  // jobs are queued: which of two starts first is seen by both, though it may not matter
    EXPECT_EQ(plain.traces, reduced.traces) << which << plain.text() << reduced.text();
    EXPECT_EQ(reduced.runs, reduced.traces) << which;  // no trace twice
  }
}

TEST(reduction, agrees_with_enumeration_on_reads_and_writes) {
  random_stream random(1);
  for (int i = 0; i < 60; ++i) {
    expect_agreement(draw_program(random, 2, 6), bit(choice_kind::pick));
  }
}

TEST(reduction, agrees_with_enumeration_on_posts_jobs_and_timers) {
  random_stream random(2);
  for (int i = 0; i < 25; ++i) {
    expect_agreement(draw_program(random, 6, 4), bit(choice_kind::pick));
  }
}

TEST(reduction, agrees_with_enumeration_when_jobs_start_in_any_order) {
  random_stream random(3);
  const std::uint32_t kinds = bit(choice_kind::pick) | bit(choice_kind::pool_start);
  for (int i = 0; i < 30; ++i) {
    expect_agreement(draw_program(random, 4, 3), kinds);
  }
}

TEST(reduction, who_queues_a_job_first_matters_if_the_jobs_do) {
  // Both callbacks declare nothing of their own; the jobs they queue write one variable, and start in queue order.
  const small_program program{{{{act::job_write, 0}}, {{act::job_write, 0}}}, true};
  expect_agreement(program, bit(choice_kind::pick));
  runner body(program);
  search_options options;
  options.state = [&] { return body.state(); };
  EXPECT_EQ(dpor(std::ref(body), options).states.size(), 2u);
}

}  // namespace
}  // namespace twinloop::sim
