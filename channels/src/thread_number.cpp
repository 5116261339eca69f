#include <actors/detail/code_place.hpp>
#include <actors/detail/thread_number.hpp>

#if !ACTORS_SIMULATION  // else the simulation has its own (simulated_platform.cpp)

#include <bitset>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#if defined(__linux__)
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace actors::inline v1::detail {

namespace {

thread_local std::uint8_t own_number = no_thread;

std::mutex numbers_lock;
std::bitset<no_thread> numbers_taken;

}  // namespace

[[gnu::noinline]] std::uint8_t thread_number() noexcept { return own_number; }

numbered_thread::numbered_thread() noexcept {
  const std::lock_guard guard{numbers_lock};
  for (std::uint8_t number = 1; number != no_thread; ++number) {
    if (numbers_taken[number]) continue;
    numbers_taken[number] = true;
    own_number = number;
    return;
  }
}

numbered_thread::~numbered_thread() {
  if (own_number == no_thread) return;
  const std::lock_guard guard{numbers_lock};
  numbers_taken[own_number] = false;
  own_number = no_thread;
}

#if defined(__linux__)
bool prepare_heavy_fence() noexcept {
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

void heavy_fence() noexcept {
  while (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0) {
    if (errno == ENOMEM || (errno == EPERM && prepare_heavy_fence())) continue;  // EPERM: in a child after fork
    // It was there at the start; somebody forbids it by now (a seccomp filter), and no order can be relied on.
    std::perror("actors: membarrier(2), which worked before");
    std::abort();
  }
}
#else
bool prepare_heavy_fence() noexcept { return false; }
void heavy_fence() noexcept { std::abort(); }
#endif

}  // namespace actors::inline v1::detail

#endif
