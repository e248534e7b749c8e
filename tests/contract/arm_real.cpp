// The contract suite's arm on the operating system. The only place of the suite that makes system calls of its own.
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <set>
#include <thread>

#include "tests/contract/harness.hpp"
#include "twinloop/real.hpp"

namespace twinloop::contract {

namespace {

std::set<int> open_descriptors() {
  std::set<int> numbers;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    numbers.insert(std::atoi(entry.path().filename().c_str()));
  }
  // The last number is that of the listing itself, and closed by now unless something else was opened below it.
  std::erase_if(numbers, [](int number) {
    return !std::filesystem::exists(std::filesystem::symlink_status("/proc/self/fd/" + std::to_string(number)));
  });
  return numbers;
}

class real_surroundings final : public surroundings {
 public:
  real_surroundings() {
    std::string pattern = ::testing::TempDir() + "twinloop-contract-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a directory like " + pattern);
    directory_ = pattern;
    ::getrlimit(RLIMIT_NOFILE, &before_);
  }
  ~real_surroundings() override {
    lift_limit();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string directory() const override { return directory_; }

  // The limit is one above the highest number that may be given out: it is put where just `more` numbers below it
  // are free.
  void limit_handles(unsigned, unsigned more) override {
    std::set<int> used = open_descriptors();
    rlim_t limit = 0;
    for (unsigned free = 0; free < more; ++limit) {
      if (!used.contains(static_cast<int>(limit))) ++free;
    }
    while (used.contains(static_cast<int>(limit))) ++limit;
    rlimit lowered = before_;
    lowered.rlim_cur = limit;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
  }
  void lift_limit() override { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  std::string directory_;
  rlimit before_{};
};

class real_arm final : public arm {
 public:
  real_arm() : arm("real") {}

  void run(const body& tested, surroundings*& here) const override {
    std::set<int> before = open_descriptors();
    real_surroundings around;
    here = &around;
    run_on_loop([&](loop& loop) { tested(loop); });
    here = nullptr;
    EXPECT_EQ(open_descriptors(), before) << "descriptors were left open";
  }

  void run_pair(const server_body& server, const client_body& client) const override {
    std::set<int> before = open_descriptors();
    std::promise<address> announced;
    std::thread other([&] { run_on_loop([&](loop& loop) { client(loop, announced.get_future().get()); }); });
    run_on_loop([&](loop& loop) { server(loop, [&](const address& where) { announced.set_value(where); }); });
    other.join();
    EXPECT_EQ(open_descriptors(), before) << "descriptors were left open";
  }

 private:
  static void run_on_loop(const body& tested) {
    real::kernel_pointer kernel = real::make_kernel();
    loop loop(*kernel);
    tested(loop);
    expect_nothing_left(loop);
  }
};

const real_arm instance;

}  // namespace

}  // namespace twinloop::contract
