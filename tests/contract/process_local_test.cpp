// State that belongs to one process of a program.
#include "twinloop/process_local.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(process_locals);

namespace {

struct tally {
  int count = 0;
};
process_local<tally> first_tally;
process_local<tally> second_tally;

std::vector<std::string>* destroyed = nullptr;
struct noisy_first {
  ~noisy_first() { destroyed->push_back("first"); }
};
struct noisy_second {
  ~noisy_second() { destroyed->push_back("second"); }
};
process_local<noisy_first> noisy_one;
process_local<noisy_second> noisy_two;

}  // namespace

TEST_P(process_locals, start_afresh_with_each_process) {
  for (int process = 0; process < 3; ++process) {
    run([](loop& loop) {
      EXPECT_EQ(first_tally(loop).count, 0) << "state of an earlier process is still there";
      first_tally(loop).count = 7;
      EXPECT_EQ(first_tally(loop).count, 7);
    });
  }
}

TEST_P(process_locals, of_one_type_are_separate_objects) {
  run([](loop& loop) {
    first_tally(loop).count = 1;
    second_tally(loop).count = 2;
    EXPECT_EQ(first_tally(loop).count, 1);
    EXPECT_EQ(&first_tally(loop), &first_tally(loop));
    EXPECT_NE(&first_tally(loop), &second_tally(loop));
  });
}

TEST_P(process_locals, of_two_hosts_are_separate) {
  run_pair(
      [](loop& loop, std::function<void(const address&)> ready) {
        EXPECT_EQ(first_tally(loop).count, 0);
        first_tally(loop).count = 1;
        ready(address::loopback(1));
      },
      [](loop& loop, const address&) { EXPECT_EQ(first_tally(loop).count, 0) << "shared with the other host"; });
}

TEST_P(process_locals, are_destroyed_with_their_loop_last_made_first) {
  std::vector<std::string> order;
  destroyed = &order;
  run([&](loop& loop) {
    order.clear();
    noisy_one(loop);
    noisy_two(loop);
    EXPECT_TRUE(order.empty());
  });
  EXPECT_EQ(order, (std::vector<std::string>{"second", "first"}));
  destroyed = nullptr;
}

}  // namespace twinloop::contract
