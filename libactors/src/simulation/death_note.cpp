#include "death_note.hpp"

#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

// Of the sanitizers' runtimes; null in other builds.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace actors::inline v1::detail {

namespace {

thread_local const death_note* current = nullptr;

/// A stack for handlers: that of a thread may be what ran over. Where the thread has one, it stays.
class signal_stack {
 public:
  signal_stack() {
    stack_t before{};
    if (sigaltstack(nullptr, &before) != 0 || (before.ss_flags & SS_DISABLE) == 0) return;
    memory_ = std::make_unique<std::byte[]>(bytes);
    stack_t own{};
    own.ss_sp = memory_.get();
    own.ss_size = bytes;
    sigaltstack(&own, nullptr);
  }
  ~signal_stack() {
    if (memory_ == nullptr) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
  }
  signal_stack(const signal_stack&) = delete;
  signal_stack& operator=(const signal_stack&) = delete;

 private:
  static constexpr std::size_t bytes = 64 * 1024;
  std::unique_ptr<std::byte[]> memory_;
};

}  // namespace

death_note::death_note(std::string recipe) : recipe_{std::move(recipe)}, outer_{std::exchange(current, this)} {
  static std::once_flag once;
  std::call_once(once, &prepare);
  thread_local const signal_stack stack;
  static_cast<void>(stack);
}

death_note::~death_note() { current = outer_; }

void death_note::prepare() {
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(&tell);
  for (const int each : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    struct sigaction before {};
    if (sigaction(each, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) continue;
    struct sigaction ours {};
    ours.sa_handler = &on_signal;
    // Once: what the signal does otherwise it does when the handler returns and the fault, or abort, comes again.
    ours.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND);
    sigaction(each, &ours, nullptr);
  }
}

void death_note::on_signal(int signal) noexcept {
  if (signal == SIGSEGV && current != nullptr)
    say("\nactors: a fault in a simulation; where a simulated thread ran over the end of its stack, a larger "
        "simulation_options::stack_bytes helps\n");
  tell();
}

void death_note::tell() noexcept {
  if (current == nullptr) return;
  say("\nactors: the process ends inside a simulation; repeat it with .replay = \"");
  say(current->recipe_.c_str());
  say("\" and otherwise the same simulation_options\n");
}

// In a handler of signals: nothing but the call of the system.
void death_note::say(const char* text) noexcept {
  const ssize_t written = write(STDERR_FILENO, text, std::strlen(text));
  static_cast<void>(written);
}

}  // namespace actors::inline v1::detail
