// function: what a stage's function may be: plain or a coroutine, and whether it may refuse an item.
#pragma once

#include <actors/channel.hpp>
#include <actors/task.hpp>

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

/// What a task gives, and any other result as it is.
template <class R>
struct unwrapped_task {
  using type = R;
  static constexpr bool suspends = false;
};
template <class R>
struct unwrapped_task<task<R>> {
  using type = R;
  static constexpr bool suspends = true;
};

/// What an optional has, and any other result as it is.
template <class R>
struct unless_refused {
  using type = R;
  static constexpr bool refuses = false;
};
template <class R>
struct unless_refused<std::optional<R>> {
  using type = R;
  static constexpr bool refuses = true;
};

template <class F, class... Args>
using task_result = typename unwrapped_task<std::invoke_result_t<F&, Args...>>::type;
template <class F, class... Args>
inline constexpr bool is_coroutine = unwrapped_task<std::invoke_result_t<F&, Args...>>::suspends;
template <class F, class... Args>
inline constexpr bool may_refuse = unless_refused<task_result<F, Args...>>::refuses;
/// The items that a function makes of items.
template <class F, class... Args>
using made_by = std::remove_cvref_t<typename unless_refused<task_result<F, Args...>>::type>;

/// Its items can travel through a channel.
template <class T>
concept stage_item = !std::is_void_v<T> && channel_value<T>;

/// In place of what could not be made, so that one mistake gives one error.
struct broken_pipeline {
  template <class Anything>
  broken_pipeline operator|(Anything&&) const noexcept {
    return {};
  }
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
template <class...>
inline constexpr bool never = false;

}  // namespace actors::inline v1::detail
