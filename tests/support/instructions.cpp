#include "support/instructions.hpp"

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

namespace test {

namespace {

constexpr int refused = 77;  // the exit status of a copy that cannot be traced

[[noreturn]] void run_traced(const std::function<void()>& program) {
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(refused);
  int status = EXIT_SUCCESS;
  try {
    program();
  } catch (const std::exception&) {
    status = EXIT_FAILURE;
  }
  _exit(status);  // nothing of this process is to be ended twice
}

}  // namespace

void mark_instructions() noexcept { static_cast<void>(std::raise(SIGUSR1)); }

std::vector<std::uint64_t> count_instructions(const std::function<void()>& program) {
  const pid_t copy = fork();
  if (copy == 0) run_traced(program);
  if (copy < 0) throw std::runtime_error{"fork failed"};
  std::vector<std::uint64_t> parts;
  bool counting = false;
  for (;;) {
    int status = 0;
    if (waitpid(copy, &status, 0) != copy) throw std::runtime_error{"the traced copy of this process is gone"};
    if (WIFEXITED(status)) {
      if (WEXITSTATUS(status) == refused)
        throw std::runtime_error{
            "a copy of this process may not be traced: run the test without a debugger, and where ptrace is allowed"};
      if (WEXITSTATUS(status) == EXIT_SUCCESS && !counting) return parts;
      throw std::runtime_error{"the traced program failed"};
    }
    if (WIFSIGNALED(status))
      throw std::runtime_error{"the traced program died: signal " + std::to_string(WTERMSIG(status))};
    const int signal = WSTOPSIG(status);
    int passed_on = 0;
    if (signal == SIGUSR1) {
      counting = !counting;
      if (counting) parts.push_back(0);
    } else if (signal == SIGTRAP && counting) {
      ++parts.back();
    } else {
      passed_on = signal;
    }
    ptrace(counting ? PTRACE_SINGLESTEP : PTRACE_CONT, copy, nullptr, passed_on);
  }
}

}  // namespace test
