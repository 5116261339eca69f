// Who gets the messages, and how a handler is replaced while other threads are in it.
#include <actors/detail/atomic.hpp>
#include <actors/log.hpp>

#include "linked_list.hpp"
#include "log_counts.hpp"
#include "log_text.hpp"
#include "thread_context.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

namespace actors::inline v1 {

namespace {

// A call of a handler that is under way; it lies on the stack of its thread.
struct handler_call {
  log_handler handler;
  std::uint64_t number = 0;
  handler_call* next = nullptr;
  handler_call* previous = nullptr;
};

constexpr log_handler usual_handler{&detail::write_to_stderr, nullptr};

// A mutex of the system also under simulation: no scheduling point lies inside, and it is used outside of simulations.
constinit std::mutex lock;
// Under the lock.
constinit log_handler current = usual_handler;
constinit detail::linked_list<handler_call, &handler_call::next, &handler_call::previous> calls;
constinit std::uint64_t calls_begun = 0;
constinit unsigned waiting = 0;  // in on_log, until calls have ended
// Calls that ended while somebody waited. Release, acquire; the lock alone would do for what a handler has done.
constinit detail::atomic<std::uint32_t> ends{0};

void begin(handler_call& call) noexcept {
  const std::lock_guard guard{lock};
  call.handler = current;
  call.number = calls_begun++;
  calls.push_back(call);
}

void end(handler_call& call) noexcept {
  {
    const std::lock_guard guard{lock};
    calls.remove(call);
    if (waiting == 0) return;
  }
  ends.fetch_add(1, std::memory_order_release);
  ends.notify_all();
}

// Whether one of the first `count` calls is of this handler, and still under way. Under the lock.
bool is_called(const log_handler& handler, std::uint64_t count) noexcept {
  for (const handler_call* each = calls.first(); each != nullptr; each = each->next)
    if (each->number < count && each->handler == handler) return true;
  return false;
}

// A call that is seen under way has not looked yet whether somebody waits: it changes `ends` after it was read here.
void wait_until_left(const log_handler& handler, std::uint64_t count) noexcept {
  for (;;) {
    const std::uint32_t seen = ends.load(std::memory_order_acquire);
    {
      const std::lock_guard guard{lock};
      if (!is_called(handler, count)) {
        --waiting;
        return;
      }
    }
    ends.wait(seen, std::memory_order_acquire);
  }
}

// By level; relaxed.
constinit std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(log_level::off) + 1> logged{};

}  // namespace

std::uint64_t detail::messages_logged(log_level level) noexcept {
  return logged[static_cast<std::size_t>(level)].load(std::memory_order_relaxed);
}

log_handler on_log(log_handler handler) noexcept {
  if (handler.call == nullptr) handler = usual_handler;
  log_handler before;
  std::uint64_t count = 0;
  {
    const std::lock_guard guard{lock};
    before = std::exchange(current, handler);
    if (detail::this_thread().in_log_handler) return before;
    count = calls_begun;
    ++waiting;
  }
  wait_until_left(before, count);
  return before;
}

log_level set_log_level(log_level least) noexcept {
  return detail::least_logged.exchange(least, std::memory_order_relaxed);
}

void detail::deliver(const log_message& message) noexcept {
  logged[static_cast<std::size_t>(message.level)].fetch_add(1, std::memory_order_relaxed);
  bool& inside = this_thread().in_log_handler;
  if (inside) {
    usual_handler.call(usual_handler.context, message);
    return;
  }
  handler_call call;
  begin(call);
  inside = true;
  call.handler.call(call.handler.context, message);
  inside = false;
  end(call);
}

}  // namespace actors::inline v1
