#include "interrupt.hpp"

#include <actors/detail/completion.hpp>
#include <actors/join_handle.hpp>

#include <semaphore.h>

#include <atomic>
#include <cerrno>
#include <csignal>
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

/// The handler, installed while it lives where nobody else has one. One at a time.
class handler {
 public:
  handler() {
    static std::atomic<bool> in_use{false};
    taken_ = &in_use;
    if (in_use.exchange(true, std::memory_order_acquire)) {
      taken_ = nullptr;
      return;
    }
    struct sigaction now {};
    if (sigaction(SIGINT, nullptr, &now) != 0 || (now.sa_flags & SA_SIGINFO) != 0 || now.sa_handler != SIG_DFL) return;
    sem_init(&semaphore_, 0, 0);
    interrupts.store(0, std::memory_order_relaxed);
    to_wake.store(&semaphore_, std::memory_order_release);
    struct sigaction ours {};
    ours.sa_handler = &on_signal;
    ours.sa_flags = SA_RESTART;
    sigemptyset(&ours.sa_mask);
    installed_ = sigaction(SIGINT, &ours, nullptr) == 0;
  }
  ~handler() {
    if (installed_) {
      struct sigaction now {};
      // Somebody may have put another one in its place meanwhile.
      if (sigaction(SIGINT, nullptr, &now) == 0 && now.sa_handler == &on_signal) std::signal(SIGINT, SIG_DFL);
      to_wake.store(nullptr, std::memory_order_release);
      sem_destroy(&semaphore_);
    }
    if (taken_ != nullptr) taken_->store(false, std::memory_order_release);
  }
  handler(const handler&) = delete;
  handler& operator=(const handler&) = delete;

  bool installed() const noexcept { return installed_; }
  void wait() noexcept {
    while (sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
  }
  void post() noexcept { sem_post(&semaphore_); }
  static bool was_interrupted() noexcept { return interrupts.load(std::memory_order_relaxed) != 0; }

 private:
  std::atomic<bool>* taken_ = nullptr;
  bool installed_ = false;
  sem_t semaphore_{};
};

struct end_of_main : completion {
  explicit end_of_main(handler& waking) noexcept : wake{waking} {
    done = [](completion& self, task_state&) noexcept {
      static_cast<end_of_main&>(self).wake.post();
      return false;
    };
  }
  handler& wake;
};

}  // namespace

bool wait_interruptibly(task_state& main) {
  handler signals;
  if (!signals.installed()) {
    wait_on_thread(main);
    return false;
  }
  end_of_main end{signals};
  bool cancelled = false;
  if (main.subscribe(end)) {
    while (!main.completions().closed()) {
      signals.wait();
      if (handler::was_interrupted() && !cancelled) {
        cancelled = true;
        main.request_cancel();
      }
    }
    main.settle();
  }
  return handler::was_interrupted();
}

void end_by_interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
  std::_Exit(128 + SIGINT);  // where the signal is blocked
}

}  // namespace actors::inline v1::detail
