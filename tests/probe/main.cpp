// Runs every form in a child process and prints one line per form: name, tab, "ok" or "BAD: why".
// --relied-on: only the forms that the library uses; exit status 1 if one of them is bad.
#include "probe.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

namespace probe {
long blocks_in_use = 0;
}

// ThreadSanitizer's library brings operators of its own that cannot be replaced; blocks are not counted there.
#if !PROBE_TSAN
namespace {

void* take(std::size_t size, std::size_t alignment) {
  void* block = alignment > alignof(std::max_align_t)
                    ? std::aligned_alloc(alignment, (size + alignment - 1) & -alignment)
                    : std::malloc(size ? size : 1);
  if (!block) throw std::bad_alloc{};
  ++probe::blocks_in_use;
  return block;
}

void give(void* block) noexcept {
  if (!block) return;
  --probe::blocks_in_use;
  std::memset(block, 0xDD, malloc_usable_size(block));
  asm volatile("" : : "r"(block) : "memory");  // keeps the write above
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return take(size, 1); }
void* operator new[](std::size_t size) { return take(size, 1); }
void* operator new(std::size_t size, std::align_val_t a) { return take(size, static_cast<std::size_t>(a)); }
void operator delete(void* block) noexcept { give(block); }
void operator delete[](void* block) noexcept { give(block); }
void operator delete(void* block, std::size_t) noexcept { give(block); }
void operator delete[](void* block, std::size_t) noexcept { give(block); }
void operator delete(void* block, std::align_val_t) noexcept { give(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { give(block); }
#endif

namespace {

using probe::counted;

// The child's part: runs the form, then looks at the counters. Nothing written means ok.
void run_here(const probe::form& f, int out) {
  rlimit stack{8 << 20, 8 << 20}, core{0, 0};
  setrlimit(RLIMIT_STACK, &stack);
  setrlimit(RLIMIT_CORE, &core);
  if (!std::freopen("/dev/null", "w", stderr)) std::perror("freopen");
  alarm(60);
  const long before = probe::blocks_in_use;
  try {
    f.body();
  } catch (...) {
    probe::check(false, "an exception left the form");
  }
  std::string why = probe::complaint ? probe::complaint : "";
  const int begun = counted::made + counted::copied + counted::moved;
  const auto complain = [&](const std::string& text) {
    if (why.empty()) why = text;
  };
  if (begun != counted::destroyed)
    complain(std::to_string(begun) + " objects constructed, " + std::to_string(counted::destroyed) + " destroyed");
  if (probe::blocks_in_use != before)
    complain(std::to_string(probe::blocks_in_use - before) + " heap blocks more than before");
  if (write(out, why.data(), why.size()) < 0) _exit(2);
  _exit(0);
}

// "ok", or "BAD: " and the reason.
std::string judge(const probe::form& f) {
  int ends[2];
  if (pipe(ends) != 0) return "BAD: no pipe";
  std::fflush(stdout);
  const pid_t child = fork();
  if (child < 0) return "BAD: no process";
  if (child == 0) {
    close(ends[0]);
    run_here(f, ends[1]);
  }
  close(ends[1]);
  std::string why;
  char buffer[256];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) why.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return std::string("BAD: crash (") + strsignal(WTERMSIG(status)) + ")";
  if (WEXITSTATUS(status) != 0) return "BAD: ended with status " + std::to_string(WEXITSTATUS(status));
  return why.empty() ? "ok" : "BAD: " + why;
}

}  // namespace

int main(int argc, char** argv) {
  const bool relied_on = argc > 1 && std::strcmp(argv[1], "--relied-on") == 0;
  if (argc > 1 && !relied_on) {
    std::fprintf(stderr, "usage: %s [--relied-on]\n", argv[0]);
    return 2;
  }
  int bad = 0;
  for (const auto& f : probe::forms()) {
    if (relied_on && f.how != probe::use::relied_on) continue;
    const std::string verdict = judge(f);
    std::printf("%s\t%s\n", f.name, verdict.c_str());
    if (verdict != "ok") ++bad;
  }
  return relied_on && bad ? 1 : 0;
}
