// fork and exec, with pipes for what it prints. Outputs are small: nothing here can fill a pipe.
#include "tests/system/program.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace system_test {
namespace {

void make_pipe(int (&ends)[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
}

std::string read_all(int descriptor) {
  std::string text;
  char bytes[4096];
  while (true) {
    ssize_t count = read(descriptor, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(bytes, static_cast<std::size_t>(count));
  }
}

}  // namespace

program::program(const std::vector<std::string>& words) {
  int output[2];
  int errors[2];
  make_pipe(output);
  make_pipe(errors);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    dup2(errors[1], STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(output[1]);
  close(errors[1]);
  output_ = output[0];
  errors_ = errors[0];
}

program::~program() {
  if (pid_ > 0) {
    kill(SIGKILL);
    wait();
  }
  close(output_);
  close(errors_);
}

void program::kill(int signal) {
  if (pid_ > 0) ::kill(pid_, signal);
}

int program::wait() {
  if (pid_ <= 0) return status_;
  int raw = 0;
  while (waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return status_;
}

std::string program::read_line() {
  while (true) {
    std::size_t end = buffered_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffered_.substr(0, end);
      buffered_.erase(0, end + 1);
      return line;
    }
    char bytes[4096];
    ssize_t count = read(output_, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::exchange(buffered_, {});
    buffered_.append(bytes, static_cast<std::size_t>(count));
  }
}

std::string program::rest_of_output() { return std::exchange(buffered_, {}) + read_all(output_); }

std::string program::errors() { return read_all(errors_); }

finished run(const std::vector<std::string>& words) {
  program started(words);
  std::string output = started.rest_of_output();
  std::string errors = started.errors();
  return {started.wait(), std::move(output), std::move(errors)};
}

std::uint16_t read_port(program& server) {
  constexpr std::string_view announcement = "listening on ";
  while (true) {
    std::string line = server.read_line();
    if (line.empty()) throw std::runtime_error("the server ended before it was listening: " + server.errors());
    if (!line.starts_with(announcement)) continue;
    return static_cast<std::uint16_t>(std::atoi(line.c_str() + line.rfind(':') + 1));
  }
}

}  // namespace system_test
