#include "interrupt.hpp"

#include <actors/detail/completion.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace actors::inline v1::detail {

namespace {

// What the handler may touch: who waits, and how often the signal came. Handlers may do little more than post a
// semaphore.
std::atomic<sem_t*> to_wake{nullptr};
std::atomic<int> interrupts{0};
static_assert(std::atomic<sem_t*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_signal(int) {
  const int before_errno = errno;
  if (interrupts.fetch_add(1, std::memory_order_relaxed) != 0) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  }
  if (sem_t* semaphore = to_wake.load(std::memory_order_acquire)) sem_post(semaphore);
  errno = before_errno;
}

std::atomic<bool> in_use{false};

bool has_default_action() {
  struct sigaction now {};
  return sigaction(SIGINT, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL;
}

}  // namespace

std::shared_ptr<interrupt_watch> interrupt_watch::make() {
  if (!has_default_action() || in_use.exchange(true, std::memory_order_acquire)) return nullptr;
  return std::shared_ptr<interrupt_watch>{new interrupt_watch};
}

interrupt_watch::interrupt_watch() {
  sem_init(&woken_, 0, 0);
  interrupts.store(0, std::memory_order_relaxed);
  to_wake.store(&woken_, std::memory_order_release);
  struct sigaction ours {};
  ours.sa_handler = &on_signal;
  ours.sa_flags = SA_RESTART;
  sigemptyset(&ours.sa_mask);
  sigaction(SIGINT, &ours, nullptr);
}

interrupt_watch::~interrupt_watch() {
  struct sigaction now {};
  // Somebody may have put another one in its place meanwhile.
  if (sigaction(SIGINT, nullptr, &now) == 0 && now.sa_handler == &on_signal) std::signal(SIGINT, SIG_DFL);
  to_wake.store(nullptr, std::memory_order_release);
  sem_destroy(&woken_);
  in_use.store(false, std::memory_order_release);
}

struct interrupt_watch::end_of_main : completion {
  explicit end_of_main(sem_t& semaphore) noexcept : woken{semaphore} {
    done = [](completion& self, task_state&) noexcept {
      sem_post(&static_cast<end_of_main&>(self).woken);
      return false;
    };
  }
  sem_t& woken;
};

bool interrupt_watch::wait(task_state& main) {
  end_of_main end{woken_};
  bool cancelled = false;
  if (main.subscribe(end)) {
    while (!main.completions().closed()) {
      while (sem_wait(&woken_) != 0 && errno == EINTR) {
      }
      if (interrupts.load(std::memory_order_relaxed) != 0 && !cancelled) {
        cancelled = true;
        main.request_cancel();
      }
    }
    main.settle();
  }
  return interrupts.load(std::memory_order_relaxed) != 0;
}

void end_by_interrupt() {
  std::fflush(nullptr);  // a signal ends the process without that
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
  std::_Exit(128 + SIGINT);  // where the signal is blocked
}

}  // namespace actors::inline v1::detail
