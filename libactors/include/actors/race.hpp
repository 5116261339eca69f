// race: runs several tasks at once; the first to end wins, the others are cancelled.
#pragma once

#include <actors/detail/members.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/task.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace actors::inline v1 {

namespace detail {

/// Waits until one has ended, then stops the others and waits for them. Gives the place of the first. A cancellation of
/// the waiting task stops them all, and is thrown when they have ended, unless one had ended before with a value.
task<std::size_t> wait_for_winner(task_watch& watch);

template <class First, class... Ts>
using raced =
    std::conditional_t<(std::is_same_v<First, Ts> && ...), First, std::variant<gathered<First>, gathered<Ts>...>>;

template <class Result, class... Ts, std::size_t... Places>
Result take_winner(std::tuple<member<Ts>...>& members, std::size_t winner, std::index_sequence<Places...>) {
  Result (*const take[])(std::tuple<member<Ts>...>&) = {[](std::tuple<member<Ts>...>& all) -> Result {
    auto& one = std::get<Places>(all);
    one.block->rethrow_failure();
    if constexpr (std::is_same_v<Result, std::variant<gathered<Ts>...>>)
      return Result{std::in_place_index<Places>, one.take()};
    else
      return one.block->take_result();
  }...};
  return take[winner](members);
}

}  // namespace detail

/// Runs the tasks side by side until the first has ended, with a value or an error; cancels the others, waits until
/// they have ended, and gives that value or throws that error. Where the tasks are of different types, a std::variant
/// with the index of the winner. Cancelling the racing task cancels them all. An error of a loser is reported, as one
/// of a task that nobody looks at.
template <class First, class... Ts>
task<detail::raced<First, Ts...>> race(task<First> first, task<Ts>... others) {
  using members_type = std::tuple<detail::member<First>, detail::member<Ts>...>;
  members_type members{detail::member<First>{first}, detail::member<Ts>{others}...};
  detail::task_watch watch{1 + sizeof...(Ts), detail::wait_kind::race};
  detail::task_state& party = co_await detail::this_party{};
  detail::begin_all(watch, members, static_cast<detail::lane&>(*party.home));
  task<std::size_t> end = detail::wait_for_winner(watch);
  const std::size_t winner = co_await end;
  co_return detail::take_winner<detail::raced<First, Ts...>>(members, winner,
                                                             std::make_index_sequence<1 + sizeof...(Ts)>{});
}

/// The same over a range that is known at run time. Throws usage_error where it is empty.
template <class T>
task<T> race(std::vector<task<T>> tasks) {
  detail::need_handles(tasks.size(), "race");
  std::vector<detail::member<T>> members = detail::members_of<T>(tasks);
  detail::task_watch watch{members.size(), detail::wait_kind::race};
  detail::task_state& party = co_await detail::this_party{};
  detail::begin_all(watch, members, static_cast<detail::lane&>(*party.home));
  task<std::size_t> end = detail::wait_for_winner(watch);
  const std::size_t winner = co_await end;
  members[winner].block->rethrow_failure();
  co_return members[winner].block->take_result();
}

}  // namespace actors::inline v1
