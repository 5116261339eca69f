// parked: what the prototypes share: a task that waits at a core, the queue of those who do, and the end of a step.
#pragma once

#include <actors/waiter.hpp>

#include <coroutine>

namespace bench::cores {

/// A task that waits. It lives in the awaiter, so whoever has woken the task may not touch it any more. The waits of
/// the prototypes are not armed: a cancellation does not end them, it stays pending.
struct parked {
  parked* next = nullptr;
  actors::waiter* who = nullptr;
  void* value = nullptr;  ///< the value to send, or where the received one is to go
};

/// First in, first out. Not synchronised.
class parked_queue {
 public:
  parked_queue() = default;
  parked_queue(const parked_queue&) = delete;
  parked_queue& operator=(const parked_queue&) = delete;

  bool empty() const noexcept { return first_ == nullptr; }
  parked& front() noexcept { return *first_; }
  void push_back(parked& node) noexcept {
    node.next = nullptr;
    *last_ = &node;
    last_ = &node.next;
  }
  /// Precondition: not empty.
  parked& pop_front() noexcept {
    parked& node = *first_;
    first_ = node.next;
    if (first_ == nullptr) last_ = &first_;
    return node;
  }
  /// Wakes all, in order. The queue belongs to the caller alone.
  void wake_all() noexcept {
    while (!empty()) pop_front().who->wake();
  }

 private:
  parked* first_ = nullptr;
  parked** last_ = &first_;
};

/// What `await_suspend` returns for an operation that did not have to wait: after the last one of its turn the task
/// steps back, as at the channels of the library. `last_of_turn` is what `waiter::spend` said before the operation.
inline bool end_step(actors::waiter& who, bool last_of_turn, std::coroutine_handle<> point) noexcept {
  if (!last_of_turn) return false;
  who.step_back(point);
  return true;
}

}  // namespace bench::cores
