// Making a kernel, and running a program on one.
#include <cstdio>
#include <exception>

#include "real/epoll_kernel.hpp"
#include "twinloop/real.hpp"

namespace twinloop::real {
namespace {

constexpr int exit_software = 70;  // EX_SOFTWARE of sysexits.h

void report(const char* what) { std::fprintf(stderr, "twinloop: an exception left the program: %s\n", what); }

}  // namespace

void kernel_deleter::operator()(kernel* owned) const noexcept { delete static_cast<epoll_kernel*>(owned); }

kernel_pointer make_kernel(kernel_options options) { return kernel_pointer(new epoll_kernel(options)); }

int run_main(int argc, char** argv, int (*program)(loop&, arguments), kernel_options options) {
  try {
    const kernel_pointer below = make_kernel(options);
    loop runs(*below);
    return program(runs, arguments(argv + (argc > 0 ? 1 : 0), argv + argc));
  } catch (const std::exception& failure) {
    report(failure.what());
  } catch (...) {
    report("of a type that does not derive from std::exception");
  }
  return exit_software;
}

}  // namespace twinloop::real
