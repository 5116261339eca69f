#include "signal_watch.hpp"

#include <actors/detail/completion.hpp>
#include <actors/runtime.hpp>

#include "../runtime/environment_trace.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

namespace actors::inline v1::detail {

namespace {

// What the handler may touch: who waits, and which signals came. Handlers may do little more than post a semaphore.
std::atomic<sem_t*> to_wake{nullptr};
std::atomic<int> interrupts{0};
std::atomic<int> dumps_asked{0};
static_assert(std::atomic<sem_t*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
  const int before_errno = errno;
  std::atomic<int>& count = signal == SIGINT ? interrupts : dumps_asked;
  if (count.fetch_add(1, std::memory_order_relaxed) != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  if (sem_t* semaphore = to_wake.load(std::memory_order_acquire)) sem_post(semaphore);
  errno = before_errno;
}

std::atomic<bool> in_use{false};

bool has_default_action(int signal) {
  struct sigaction now {};
  return sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL;
}

void handle(int signal) {
  struct sigaction ours {};
  ours.sa_handler = &on_signal;
  ours.sa_flags = SA_RESTART;
  sigemptyset(&ours.sa_mask);
  sigaction(signal, &ours, nullptr);
}

// Somebody may have put another one in its place meanwhile.
void stop_handling(int signal) {
  struct sigaction now {};
  if (sigaction(signal, nullptr, &now) == 0 && now.sa_handler == &on_signal) std::signal(signal, SIG_DFL);
}

void print_dump(runtime& of) noexcept {
  try {
    const std::string text = "actors: dump, as the signal SIGQUIT asks for\n" + of.dump();
    std::fputs(text.c_str(), stderr);
  } catch (const std::bad_alloc&) {
    std::fputs("actors: there is no memory for a dump\n", stderr);
  }
}

}  // namespace

std::shared_ptr<signal_watch> signal_watch::make(bool with_interrupts, bool with_dumps) {
  with_interrupts = with_interrupts && has_default_action(SIGINT);
  with_dumps = with_dumps && has_default_action(SIGQUIT);
  if ((!with_interrupts && !with_dumps) || in_use.exchange(true, std::memory_order_acquire)) return nullptr;
  return std::shared_ptr<signal_watch>{new signal_watch{with_interrupts, with_dumps}};
}

signal_watch::signal_watch(bool with_interrupts, bool with_dumps) : interrupts_{with_interrupts}, dumps_{with_dumps} {
  sem_init(&woken_, 0, 0);
  interrupts.store(0, std::memory_order_relaxed);
  dumps_asked.store(0, std::memory_order_relaxed);
  to_wake.store(&woken_, std::memory_order_release);
  if (interrupts_) handle(SIGINT);
  if (dumps_) handle(SIGQUIT);
}

signal_watch::~signal_watch() {
  if (interrupts_) stop_handling(SIGINT);
  if (dumps_) stop_handling(SIGQUIT);
  to_wake.store(nullptr, std::memory_order_release);
  sem_destroy(&woken_);
  in_use.store(false, std::memory_order_release);
}

struct signal_watch::end_of_main : completion {
  explicit end_of_main(sem_t& semaphore) noexcept : woken{semaphore} { done = &on_done; }
  static bool on_done(completion& self, task_state&) noexcept {
    sem_post(&static_cast<end_of_main&>(self).woken);
    return false;
  }
  sem_t& woken;
};

bool signal_watch::note_awaiter(const completion& entry, awaiter_note& into) noexcept {
  if (entry.done != &end_of_main::on_done) return false;
  into.is_thread = true;
  return true;
}

bool signal_watch::wait(task_state& main, runtime& on) {
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
      if (dumps_asked.load(std::memory_order_relaxed) != 0) {
        print_dump(on);
        dumps_asked.store(0, std::memory_order_relaxed);
      }
    }
    main.settle();
  }
  return interrupts.load(std::memory_order_relaxed) != 0;
}

void end_by_interrupt() {
  environment_trace::write();
  std::fflush(nullptr);  // a signal ends the process without that
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
  std::_Exit(128 + SIGINT);  // where the signal is blocked
}

}  // namespace actors::inline v1::detail
