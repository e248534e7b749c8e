// One body, every kernel: the fixture of the contract suite.
//
//   TWINLOOP_CONTRACT_SUITE(timers);
//   TEST_P(timers, never_fire_early) {
//     run([](loop& loop) { ... loop.run(); EXPECT_...; });
//   }
//
// The body runs once on the real kernel, and in the simulated world once in natural order and then under a handful of
// explored schedules: a claim holds only if it holds under each. So a body keeps all its state inside itself. After
// each body nothing may be left: no handle, no operation, no descriptor.
// An arm (a kernel under test) exists only if its library was built; arm_real.cpp and arm_sim.cpp bring them.
// What differs between the kernels is behind `here()`: a body never asks where it runs.
#ifndef TWINLOOP_TESTS_CONTRACT_HARNESS_HPP
#define TWINLOOP_TESTS_CONTRACT_HARNESS_HPP

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "twinloop/address.hpp"
#include "twinloop/loop.hpp"

namespace twinloop::contract {

using namespace std::chrono_literals;

using body = std::function<void(loop&)>;
/// The serving half of a pair: calls `ready` once with the address that the other half should talk to.
using server_body = std::function<void(loop&, std::function<void(const address&)> ready)>;
using client_body = std::function<void(loop&, const address& server)>;

/// What surrounds a running body.
class surroundings {
 public:
  virtual ~surroundings() = default;
  /// An empty directory that may be written to; no slash at its end.
  virtual std::string directory() const = 0;
  /// From now on no more than `more` further handles can be opened, when the body has `open` handles open.
  virtual void limit_handles(unsigned open, unsigned more) = 0;
  virtual void lift_limit() = 0;
};

/// A kernel under test.
class arm {
 public:
  explicit arm(const char* name);
  virtual ~arm() = default;
  const char* name() const { return name_; }
  /// Runs `tested` in fresh surroundings, once or under several schedules; sets `here` meanwhile.
  virtual void run(const body& tested, surroundings*& here) const = 0;
  /// Runs both halves on a loop each: on two threads, or on two simulated hosts.
  virtual void run_pair(const server_body& server, const client_body& client) const = 0;

 private:
  const char* name_;
};

/// Every arm that is linked in.
const std::vector<const arm*>& arms();

/// Fails the test if `loop` still has handles or operations.
void expect_nothing_left(loop& loop);

class fixture : public ::testing::TestWithParam<const arm*> {
 protected:
  void run(const body& tested) { GetParam()->run(tested, here_); }
  void run_pair(const server_body& server, const client_body& client) { GetParam()->run_pair(server, client); }
  /// Of the running body.
  surroundings& here() { return *here_; }
  std::string path(const std::string& name) { return here().directory() + "/" + name; }

 private:
  surroundings* here_ = nullptr;
};

/// How GoogleTest shows the parameter.
void PrintTo(const arm* shown, std::ostream* out);
/// For the parameter's place in a test's name.
std::string arm_name(const ::testing::TestParamInfo<const arm*>& information);

}  // namespace twinloop::contract

/// Opens a suite: a fixture class and one instance of its tests for every arm.
#define TWINLOOP_CONTRACT_SUITE(name) \
  class name : public fixture {};     \
  INSTANTIATE_TEST_SUITE_P(, name, ::testing::ValuesIn(arms()), arm_name)

#endif
