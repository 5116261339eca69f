// members: the tasks that a combinator (gather, race, wait ...) works on.
#pragma once

#include <actors/detail/task_watch.hpp>
#include <actors/join_handle.hpp>
#include <actors/result.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

/// Waits until all watched tasks have ended. Where `stop_others`, the first that fails stops the others. A cancellation
/// of the waiting task cancels them all, and the wait goes on: the answer is then true.
task<bool> wait_for_all(task_watch& watch, bool stop_others);
/// The same for tasks that are not the caller's own: throws what the first failed with, and leaves the others.
task<bool> wait_for_all_or_failure(task_watch& watch);
/// After all have ended: throws what the first failed with, if any did. `asked`: the party was cancelled meanwhile;
/// where something else than that cancellation is given on, it stays pending.
void answer_for_all(task_watch& watch, task_state& party, bool asked);

/// Throws usage_error where there are none.
void need_handles(std::size_t count, const char* what);

/// One task: its block, and the handle that keeps it.
template <class T>
struct member {
  explicit member(task<T>& from) : block{task_access::take(from)}, owner{block}, spawned_before{false} {
    if (block == nullptr) throw_empty_task();
  }
  explicit member(join_handle<T>&& from) : block{handle_access::block(from)}, owner{std::move(from)} {
    if (block == nullptr) throw_empty_handle();
  }

  /// Watches it, and starts what was not spawned before.
  void begin(task_watch& watch, lane& where) {
    watch.watch(*block);
    if (!spawned_before) block->start(where);
  }
  /// Moved out, or copied where others may look at it, too. Precondition: it ended with a value.
  gathered<T> take() const {
    if constexpr (std::is_void_v<T>) {
      return {};
    } else if constexpr (std::is_reference_v<T>) {
      return std::addressof(block->result());
    } else {
      if constexpr (std::is_copy_constructible_v<T>) {
        if (spawned_before) return block->result();
      }
      return block->take_result();
    }
  }
  /// How it ended.
  result<T> end() const {
    if (block->status() == task_status::value) return result<T>{std::in_place, take()};
    return result<T>{block->failure()};
  }

  task_block<T>* block;
  join_handle<T> owner;
  bool spawned_before = true;
};

/// Each is watched before it starts.
template <class... Ts>
void begin_all(task_watch& watch, std::tuple<member<Ts>...>& members, lane& where) {
  std::apply([&](auto&... each) { (each.begin(watch, where), ...); }, members);
}
template <class T>
void begin_all(task_watch& watch, std::vector<member<T>>& members, lane& where) {
  for (member<T>& each : members) each.begin(watch, where);
}

template <class T, template <class> class Given>
std::vector<member<T>> members_of(std::vector<Given<T>>& given) {
  std::vector<member<T>> members;
  members.reserve(given.size());
  for (Given<T>& each : given) {
    if constexpr (std::is_same_v<Given<T>, task<T>>)
      members.emplace_back(each);
    else
      members.emplace_back(std::move(each));
  }
  return members;
}

}  // namespace actors::inline v1::detail
