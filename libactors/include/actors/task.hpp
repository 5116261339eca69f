// task: a lazy coroutine. It runs when it is awaited (as a part of the awaiting task) or spawned (as one of its own).
#pragma once

#include <actors/detail/select_handler.hpp>
#include <actors/detail/task_promise.hpp>

#include <coroutine>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

[[noreturn]] void throw_task_not_awaitable(bool empty);

template <class T>
class task_awaiter {
 public:
  explicit task_awaiter(task_block<T>* child) noexcept : child_{child} {}

  bool await_ready() const {
    if (child_ == nullptr || child_->started()) throw_task_not_awaitable(child_ == nullptr);
    return false;
  }
  template <task_promise_type Promise>
  void await_suspend(std::coroutine_handle<Promise> parent, await_place where = await_place::here()) noexcept {
    note_place(parent.promise(), where);
    descend(parent.promise().party(), parent);
  }
  /// For a coroutine `parent` of the party that runs.
  void descend(task_state& party, std::coroutine_handle<> parent) noexcept { party.descend(*child_, parent); }
  /// For a party that is about to be resumed at `parent`: gives where instead.
  std::coroutine_handle<> enter(task_state& party, std::coroutine_handle<> parent) noexcept {
    return party.make_part(*child_, parent);
  }
  T await_resume(source_place where = source_place::here()) {
    child_->rethrow_failure(where);
    return child_->take_result();
  }

 protected:
  /// How the task ended.
  task_status outcome() const noexcept { return child_->outcome(); }

 private:
  task_block<T>* child_;
};

/// For the library's own parts (spawn, gather): takes the block out of a task.
struct task_access {
  template <class T>
  static task_block<T>* take(task<T>& from) noexcept {
    return std::exchange(from.block_, nullptr);
  }
};

}  // namespace detail

/// A coroutine that gives a T, an error or a cancellation. Nothing runs until it is awaited or spawned; dropped before
/// that, its body never runs. Awaited once. Moves like a unique_ptr; not thread-safe by itself.
///
///     task<int> answer() { co_return 42; }
///     task<> use() { int a = co_await answer(); ... }
template <class T = void>
class [[nodiscard("a task does nothing until it is awaited or spawned")]] task {
 public:
  using value_type = T;
  using promise_type = detail::task_promise<T>;

  task() noexcept = default;
  explicit task(detail::task_block<T> * adopted) noexcept : block_{adopted} {}
  task(task && other) noexcept : block_{std::exchange(other.block_, nullptr)} {}
  task& operator=(task&& other) noexcept {
    task taken{std::move(other)};
    std::swap(block_, taken.block_);
    return *this;
  }
  ~task() {
    if (block_ != nullptr) block_->release();
  }

  /// False for a default-constructed, moved-from or spawned task.
  explicit operator bool() const noexcept { return block_ != nullptr; }

  /// Runs the task as a part of the awaiting one: same task, same cancellation, no scheduling in between. Gives the
  /// result or throws what the body threw. Throws usage_error when the task is empty or was awaited before.
  detail::task_awaiter<T> operator co_await() const noexcept { return detail::task_awaiter<T>{block_}; }

 private:
  friend struct detail::task_access;
  detail::task_block<T>* block_ = nullptr;
};

namespace detail {

/// A handler of a select that gives a task: the select awaits it.
template <class T>
struct handler_traits<task<T>> {
  static constexpr bool suspends = true;
  using result = T;
  using scope = acting_as;

  static void descend(const task<T>& work, waiter& who, std::coroutine_handle<> point) {
    auto awaiter = work.operator co_await();
    awaiter.await_ready();
    awaiter.descend(static_cast<task_state&>(who), point);
  }
  static std::coroutine_handle<> enter(const task<T>& work, waiter& who, std::coroutine_handle<> point) {
    auto awaiter = work.operator co_await();
    awaiter.await_ready();
    return awaiter.enter(static_cast<task_state&>(who), point);
  }
  static T take(const task<T>& work, const source_place& where) { return work.operator co_await().await_resume(where); }
};

template <class T, class Promise>
task<T> task_promise_base<T, Promise>::get_return_object(await_place body) noexcept {
  task_block<T>& owned = block();
  owned.adopt(body);
  return task<T>{&owned};
}

}  // namespace detail

}  // namespace actors::inline v1
