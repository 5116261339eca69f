// queue_operation: the awaiters of put and get; each has the value beside its wait.
#pragma once

#include <actors/detail/queue_core.hpp>

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace actors::inline v1::detail {

template <class State>
struct put_request {
  static constexpr wait_kind what = wait_kind::put_queue;
  State* source;
  typename State::value_type* value;
  std::uint32_t number() const noexcept { return source->number(); }
  bool take(waiter& who) noexcept { return source->put_at_once(*value, who.thread()); }
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) {
    node.slot = value;
    return source->enter_put(node, who, point);
  }
  void withdraw(wait_node& node) noexcept { source->withdraw(node); }
  void result(wait_outcome outcome) const {
    if (outcome == wait_outcome::closed) [[unlikely]]
      throw_put_after_shutdown();
  }
};

template <class State>
struct get_request {
  static constexpr wait_kind what = wait_kind::get_queue;
  State* source;
  std::optional<typename State::value_type>* into;
  std::uint32_t number() const noexcept { return source->number(); }
  bool take(waiter& who) noexcept { return source->get_at_once(*into, who.thread()); }
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
    node.slot = into;
    return source->enter_get(node, who, point);
  }
  void withdraw(wait_node& node) noexcept { source->withdraw(node); }
  typename State::value_type result(wait_outcome outcome) const {
    if (outcome == wait_outcome::closed) [[unlikely]]
      throw_get_after_shutdown();
    return *std::move(*into);
  }
};

/// The awaiter of `put`. A coroutine that is suspended in it must not be destroyed.
template <class State>
class [[nodiscard("co_await it")]] put_operation {
 public:
  put_operation(State & into, typename State::value_type && value) noexcept
      : value_{std::move(value)}, wait_{put_request<State>{&into, std::addressof(value_)}} {}

  bool await_ready() const noexcept { return false; }
  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    return wait_.await_suspend(point, where);
  }
  void await_resume() { wait_.await_resume(); }

 private:
  typename State::value_type value_;
  sync_operation<put_request<State>> wait_;
};

/// The awaiter of `get`. A coroutine that is suspended in it must not be destroyed.
template <class State>
class [[nodiscard("co_await it")]] get_operation {
 public:
  explicit get_operation(State & from) noexcept : wait_{get_request<State>{&from, &value_}} {}

  bool await_ready() const noexcept { return false; }
  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    return wait_.await_suspend(point, where);
  }
  typename State::value_type await_resume() { return wait_.await_resume(); }

 private:
  std::optional<typename State::value_type> value_;
  sync_operation<get_request<State>> wait_;
};

}  // namespace actors::inline v1::detail
