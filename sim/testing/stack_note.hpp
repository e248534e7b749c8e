// Where a worker was when it died, or when it was found in an endless loop: return addresses that a signal handler
// leaves in shared memory, and their names, which the watching process looks up.
#ifndef TWINLOOP_SIM_TESTING_STACK_NOTE_HPP
#define TWINLOOP_SIM_TESTING_STACK_NOTE_HPP

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace twinloop::testing {

/// Stands in memory that both processes see.
struct stack_samples {
  static constexpr std::size_t samples_max = 8;
  static constexpr std::size_t frames_max = 40;
  struct sample {
    std::atomic<std::uint32_t> count{0};
    std::array<std::uint64_t, frames_max> frames{};
  };
  std::atomic<std::uint32_t> taken{0};
  std::array<sample, samples_max> each{};
  std::atomic<std::uint32_t> naming{0};  ///< 1 = the worker waits for the system to name a place of its stack
};

/// The signal that asks a worker for a sample of its stack.
int sample_signal() noexcept;

/// In a worker: fatal signals leave a sample and strike again; sample_signal() leaves one and lets it go on. Signals
/// that somebody else handles (a sanitizer, the program) are left to them.
void watch_stacks(stack_samples& into);

/// While it lives in a worker, that waits for names and not for its program: the watching process does not take it for
/// blocked so soon.
class naming_note {
 public:
  naming_note();
  ~naming_note();
  naming_note(const naming_note&) = delete;
  naming_note& operator=(const naming_note&) = delete;
};

/// A function of a stack, as far as the system can tell.
struct code_place {
  std::string function;  ///< demangled; or "program+0x1a2b"
  std::string line;      ///< "server.cpp:88"; empty if unknown
};

/// The innermost function that is the program's own (not of the system's libraries, std, twinloop, ...) and that all
/// samples have in common from the outside inwards: of one sample, where it was; of several, what it could not leave.
/// The function is empty if there is none.
code_place common_place(const stack_samples& samples);

/// The same for a stack of this process, innermost first, as "kv/server.cpp:88": where the program's own code called
/// libraries. Empty if that is not known. Looked up with addr2line, once for each address.
std::string program_line(std::span<void* const> return_addresses);

/// Whether a function belongs to libraries and not to the program under test, by its name.
bool library_function(const std::string& name);

/// The last two components of a path, which is what people need of "/very/long/way/kv/server.cpp:88".
std::string short_path(const std::string& path);

}  // namespace twinloop::testing

#endif
