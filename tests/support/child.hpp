// child: runs a part of a test in a process of its own, which has no thread but the one that runs it.
#pragma once

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace test {

struct child_end {
  int status = 0;      ///< as waitpid gives it
  std::string said{};  ///< on stderr
  bool exited_with(int code) const { return WIFEXITED(status) && WEXITSTATUS(status) == code; }
  bool ended_by(int signal) const { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }
};

/// Calls `body(pid)` in the parent when the child has begun, and waits for its end. The child ends with what `work`
/// gives, and with the parent at the latest. Threads of the parent are not in the child: `work` may not need them, nor
/// what they hold.
template <class Work, class Body>
child_end run_in_child(Work work, Body body) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) std::abort();
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    const int code = work();
    std::fflush(nullptr);
    std::_Exit(code);
  }
  close(ends[1]);
  body(child, ends[0]);
  child_end end;
  std::array<char, 4096> part;
  for (ssize_t got = 0; (got = read(ends[0], part.data(), part.size())) > 0;)
    end.said.append(part.data(), static_cast<std::size_t>(got));
  close(ends[0]);
  waitpid(child, &end.status, 0);
  return end;
}

template <class Work>
child_end run_in_child(Work work) {
  return run_in_child(work, [](pid_t, int) {});
}

}  // namespace test
