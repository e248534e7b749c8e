// The parts of the contract harness that know no kernel.
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

namespace {

std::vector<const arm*>& registered() {
  static std::vector<const arm*> all;
  return all;
}

}  // namespace

arm::arm(const char* name) : name_(name) { registered().push_back(this); }

const std::vector<const arm*>& arms() { return registered(); }

void expect_nothing_left(loop& loop) {
  loop.walk([](handle& left) {
    ADD_FAILURE() << "left open: " << left.type() << " '" << left.name().text() << "' made at " << left.made().file
                  << ":" << left.made().line;
  });
  loop.walk_operations([](const op& left) {
    ADD_FAILURE() << "left under way: " << name(left.kind) << " '" << left.name.text() << "' submitted at "
                  << left.made.file << ":" << left.made.line;
  });
  EXPECT_FALSE(loop.alive()) << "something queued or active still keeps the loop alive";
}

void PrintTo(const arm* shown, std::ostream* out) { *out << shown->name(); }

std::string arm_name(const ::testing::TestParamInfo<const arm*>& information) { return information.param->name(); }

}  // namespace twinloop::contract
