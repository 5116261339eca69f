// parked: what the prototypes share: a task that waits at a core, the queue of those who do, and their awaiters.
#pragma once

#include <actors/waiter.hpp>

#include <coroutine>
#include <utility>

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

/// The awaiter of an operation at a core. `Derived` has
///   `step(who, point)`: does the operation, or has the task wait at `point` and gives false: then the awaiter belongs
///   to whoever wakes the task;
///   `await_resume`.
/// After the last operation of its turn that need not wait the task steps back, as at the channels of the library.
template <class Derived, class Core, class T>
class operation {
 public:
  explicit operation(Core& core) noexcept : core_{core} {}
  operation(Core& core, T value) noexcept : core_{core}, value_{std::move(value)} {}
  operation(const operation&) = delete;
  operation& operator=(const operation&) = delete;

  bool await_ready() const noexcept { return false; }
  template <actors::waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point) noexcept {
    actors::waiter& who = point.promise().party();
    const bool last_of_turn = who.spend();
    if (!static_cast<Derived&>(*this).step(who, point)) return true;
    if (last_of_turn) who.step_back(point);
    return last_of_turn;
  }

 protected:
  /// Has the task wait at `point`, in the queue `at`.
  void wait(parked_queue& at, actors::waiter& who, std::coroutine_handle<> point) noexcept {
    node_.who = &who;
    node_.value = &value_;
    who.suspend_at(point);
    at.push_back(node_);
  }

  Core& core_;
  T value_{};
  parked node_;
};

}  // namespace bench::cores
