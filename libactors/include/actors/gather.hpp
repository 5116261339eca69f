// gather: runs several tasks at once and gives their results in the order of the arguments.
#pragma once

#include <actors/detail/members.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/join_handle.hpp>
#include <actors/result.hpp>
#include <actors/task.hpp>

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// As the first argument of `gather`: errors are given at their places among the results, and stop nobody.
struct collect_errors_t {
  explicit collect_errors_t() = default;
};
inline constexpr collect_errors_t collect_errors{};

namespace detail {

template <class T>
using gathered_vector = std::conditional_t<std::is_void_v<T>, void, std::vector<gathered<T>>>;

/// Cancels all, waits for them, and throws `cancelled`.
task<> stop_all(task_watch& watch);
/// Throws where a cancellation is the answer.
void answer_collected(task_watch& watch, task_state& party, bool asked);

template <class... Ts>
std::tuple<gathered<Ts>...> take_all(std::tuple<member<Ts>...>& members) {
  return std::apply([](auto&... each) { return std::tuple<gathered<Ts>...>{each.take()...}; }, members);
}
template <class T>
gathered_vector<T> take_all(std::vector<member<T>>& members) {
  if constexpr (!std::is_void_v<T>) {
    std::vector<gathered<T>> results;
    results.reserve(members.size());
    for (member<T>& each : members) results.push_back(each.take());
    return results;
  }
}
template <class... Ts>
std::tuple<result<Ts>...> collect_all(std::tuple<member<Ts>...>& members) {
  return std::apply([](auto&... each) { return std::tuple<result<Ts>...>{each.end()...}; }, members);
}
template <class T>
std::vector<result<T>> collect_all(std::vector<member<T>>& members) {
  std::vector<result<T>> results;
  results.reserve(members.size());
  for (member<T>& each : members) results.push_back(each.end());
  return results;
}

template <class Results, class Members>
task<Results> gather_members(Members members, std::size_t count, bool own) {
  task_watch watch{count, wait_kind::gather};
  task_state& party = co_await this_party{};
  const bool stops_all = co_await turn_point{};
  begin_all(watch, members, static_cast<lane&>(*party.home));
  if (stops_all) {
    task<> all_stopped = stop_all(watch);
    co_await all_stopped;
  }
  task<bool> ends = own ? wait_for_all(watch, true) : wait_for_all_or_failure(watch);
  const bool asked = co_await ends;
  answer_for_all(watch, party, asked);
  co_return take_all(members);
}

template <class Results, class Members>
task<Results> collect_members(Members members, std::size_t count) {
  task_watch watch{count, wait_kind::gather};
  task_state& party = co_await this_party{};
  const bool stops_all = co_await turn_point{};
  begin_all(watch, members, static_cast<lane&>(*party.home));
  if (stops_all) {
    task<> all_stopped = stop_all(watch);
    co_await all_stopped;
  }
  task<bool> ends = wait_for_all(watch, false);
  const bool asked = co_await ends;
  answer_collected(watch, party, asked);
  co_return collect_all(members);
}

}  // namespace detail

/// Runs the tasks side by side and gives a tuple of their results in the order of the arguments (std::monostate for
/// task<void>, a pointer for a reference). The first error cancels the others; it is thrown when all have ended, since
/// they may use the frame of the caller; what else they end with is not told (see collect_errors). Cancelling the
/// gathering task cancels them all; it goes on when they have ended.
template <class... Ts>
task<std::tuple<detail::gathered<Ts>...>> gather(task<Ts>... tasks) {
  return detail::gather_members<std::tuple<detail::gathered<Ts>...>>(
      std::tuple<detail::member<Ts>...>{detail::member<Ts>{tasks}...}, sizeof...(Ts), true);
}

/// The same over a range that is known at run time; a vector of results, or nothing for task<void>.
template <class T>
task<detail::gathered_vector<T>> gather(std::vector<task<T>> tasks) {
  const std::size_t count = tasks.size();
  return detail::gather_members<detail::gathered_vector<T>>(detail::members_of<T>(tasks), count, true);
}

/// Over tasks that were spawned before, as asyncio's gather: the first error is thrown at once, and the others run on.
/// An error that came with it counts as looked at, a later one is reported where nobody takes it from its handle.
/// Cancelling the gathering task cancels them all. Results are copied, as others may look at them, too; what cannot be
/// copied is moved out.
template <class First, class... Ts>
task<std::tuple<detail::gathered<First>, detail::gathered<Ts>...>> gather(join_handle<First> first,
                                                                          join_handle<Ts>... handles) {
  return detail::gather_members<std::tuple<detail::gathered<First>, detail::gathered<Ts>...>>(
      std::tuple<detail::member<First>, detail::member<Ts>...>{detail::member<First>{std::move(first)},
                                                               detail::member<Ts>{std::move(handles)}...},
      1 + sizeof...(Ts), false);
}
template <class T>
task<detail::gathered_vector<T>> gather(std::vector<join_handle<T>> handles) {
  const std::size_t count = handles.size();
  return detail::gather_members<detail::gathered_vector<T>>(detail::members_of<T>(handles), count, false);
}

/// Waits for all of them, whatever their ends, and gives a tuple (or a vector) of `result`s: values and errors, each at
/// its place. Cancelling the gathering task cancels them all, and throws `cancelled` when they have ended.
template <class... Ts>
task<std::tuple<result<Ts>...>> gather(collect_errors_t, task<Ts>... tasks) {
  return detail::collect_members<std::tuple<result<Ts>...>>(
      std::tuple<detail::member<Ts>...>{detail::member<Ts>{tasks}...}, sizeof...(Ts));
}
template <class T>
task<std::vector<result<T>>> gather(collect_errors_t, std::vector<task<T>> tasks) {
  const std::size_t count = tasks.size();
  return detail::collect_members<std::vector<result<T>>>(detail::members_of<T>(tasks), count);
}
template <class First, class... Ts>
task<std::tuple<result<First>, result<Ts>...>> gather(collect_errors_t, join_handle<First> first,
                                                      join_handle<Ts>... handles) {
  return detail::collect_members<std::tuple<result<First>, result<Ts>...>>(
      std::tuple<detail::member<First>, detail::member<Ts>...>{detail::member<First>{std::move(first)},
                                                               detail::member<Ts>{std::move(handles)}...},
      1 + sizeof...(Ts));
}
template <class T>
task<std::vector<result<T>>> gather(collect_errors_t, std::vector<join_handle<T>> handles) {
  const std::size_t count = handles.size();
  return detail::collect_members<std::vector<result<T>>>(detail::members_of<T>(handles), count);
}

}  // namespace actors::inline v1
