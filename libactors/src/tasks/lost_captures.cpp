#include "lost_captures.hpp"

#include <actors/log.hpp>

#include "../runtime/place_text.hpp"
#include "../runtime/thread_context.hpp"

#include <pthread.h>

#include <array>
#include <cstddef>
#include <functional>
#include <new>
#include <string>

namespace actors::inline v1::detail {

namespace {

/// Of the calling thread. Empty where the system does not say.
struct stack_bounds {
  const std::byte* low = nullptr;
  const std::byte* high = nullptr;

  stack_bounds() noexcept {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    void* base = nullptr;
    std::size_t size = 0;
    if (pthread_attr_getstack(&attributes, &base, &size) == 0) {
      low = static_cast<const std::byte*>(base);
      high = low + size;
    }
    pthread_attr_destroy(&attributes);
  }
  bool contain(const void* address) const noexcept {
    const std::less<const void*> before;
    return !before(address, low) && before(address, high);
  }
};

}  // namespace

lost_captures::lost_captures(task_state& task) noexcept {
  const void* const closure = task.take_closure();
  if (closure == nullptr) return;
  const thread_context& here = this_thread();
  if (here.where == nullptr || here.running == nullptr) return;
  thread_local const stack_bounds stack;  // that of a worker
  if (!stack.contain(closure)) return;
  coroutine_ = task.place();
  spawned_at_ = task.spawned_at();
}

void lost_captures::report() const noexcept {
  try {
    const std::string function = function_name(coroutine_);
    const std::string spawned_at = path_and_line(spawned_at_);
    std::string text = "a task was spawned on a lambda that is gone when the task runs, and its captures with it: ";
    text += function + " (" + path_and_line(coroutine_) + ')';
    if (!spawned_at.empty()) text += ", spawned at " + spawned_at;
    const std::array<log_field, 4> fields{log_field{"function", function, log_field::in_text},
                                          log_field{"file", coroutine_.record()->file, log_field::in_text},
                                          log_field{"line", coroutine_.record()->line, log_field::in_text},
                                          log_field{"spawned_at", spawned_at, log_field::in_text}};
    log({log_level::warning, "captures_lost", text, fields,
         "    give it what it needs as parameters, which are kept with the task; or keep the lambda until the task has "
         "ended\n"});
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace actors::inline v1::detail
