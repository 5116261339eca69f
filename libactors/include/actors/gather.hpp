// gather: runs several tasks at once and gives their results in the order of the arguments.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace actors::inline v1 {

namespace detail {

/// The tasks of one gather: the first that fails stops the others; all have ended before anything leaves. Lives in the
/// frame of the gathering coroutine.
class gather_group {
 public:
  explicit gather_group(std::size_t count) : children_(count) {}
  gather_group(const gather_group&) = delete;
  gather_group& operator=(const gather_group&) = delete;

  /// Child `index`, before it is started. The handle that keeps it alive stays with the caller.
  void watch(std::size_t index, task_state& child) noexcept;
  /// Starts the children in order.
  void start_all(lane& where) noexcept;
  std::size_t size() const noexcept { return children_.size(); }

  /// Awaitable: waits until child `index` has ended, whatever its end. A cancellation of the gathering task cancels all
  /// children, and the wait goes on.
  class wait_for_child : private completion, private wake_filter {
   public:
    wait_for_child(gather_group& group, std::size_t index) noexcept : group_{group}, index_{index} {}
    bool await_ready() const noexcept { return child().done(); }
    template <task_promise_type Promise>
    ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, code_place where = code_place::here()) {
      note_wait(point.promise().party(), "wait for the end of task", child(), where);
      return suspend(point.promise().party(), point);
    }
    void await_resume() const noexcept {}

   private:
    task_state& child() const noexcept { return *group_.children_[index_].state; }
    bool suspend(task_state& party, std::coroutine_handle<> point);
    static void on_done(completion& self, task_state& ended) noexcept;
    static bool on_cancel(wake_filter& self, waiter& who) noexcept;
    gather_group& group_;
    std::size_t index_;
    waiter* who_ = nullptr;
  };
  wait_for_child ended(std::size_t index) noexcept { return {*this, index}; }

  /// After all children have ended: throws the error of the one that failed first, if any did. A cancellation that the
  /// gathering task handed on is answered with it.
  void rethrow_first_failure(task_state& party);

 private:
  struct child : completion {
    task_state* state = nullptr;
    gather_group* group = nullptr;
  };
  static void on_child_done(completion& self, task_state& ended) noexcept;
  void cancel_all() noexcept;

  std::vector<child> children_;
  detail::atomic<task_state*> first_failed_{nullptr};
};

template <class T>
using gathered = std::conditional_t<std::is_void_v<T>, std::monostate,
                                    std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<T>, T>>;

/// One task of a gather: its block, and the handle that keeps it.
template <class T>
struct gather_member {
  explicit gather_member(task<T>& from) : block{task_access::take(from)}, owner{block} {
    if (block == nullptr) throw_empty_task();
  }
  gathered<T> result() const {
    if constexpr (std::is_void_v<T>)
      return {};
    else if constexpr (std::is_reference_v<T>)
      return std::addressof(block->result());
    else
      return block->take_result();
  }
  task_block<T>* block;
  join_handle<T> owner;
};

template <class... Ts>
void watch_members(gather_group& group, std::tuple<gather_member<Ts>...>& members) noexcept {
  std::size_t index = 0;
  std::apply([&](auto&... member) { (group.watch(index++, *member.block), ...); }, members);
}

template <class... Ts>
std::tuple<gathered<Ts>...> take_results(std::tuple<gather_member<Ts>...>& members) {
  return std::apply([](auto&... member) { return std::tuple<gathered<Ts>...>{member.result()...}; }, members);
}

}  // namespace detail

/// Runs the tasks side by side and gives a tuple of their results in the order of the arguments (std::monostate for
/// task<void>, a pointer for a reference). The first error cancels the others; it is thrown when all have ended, since
/// they may use the frame of the caller. Cancelling the gathering task cancels them all.
template <class... Ts>
task<std::tuple<detail::gathered<Ts>...>> gather(task<Ts>... tasks) {
  std::tuple<detail::gather_member<Ts>...> members{detail::gather_member<Ts>{tasks}...};
  detail::gather_group group{sizeof...(Ts)};
  detail::watch_members(group, members);
  detail::task_state& party = co_await detail::this_party{};
  group.start_all(static_cast<detail::lane&>(*party.home));
  for (std::size_t i = 0; i != group.size(); ++i) co_await group.ended(i);
  group.rethrow_first_failure(party);
  co_return detail::take_results(members);
}

/// The same over a range that is known at run time; a vector of results, or nothing for task<void>.
template <class T>
task<std::conditional_t<std::is_void_v<T>, void, std::vector<detail::gathered<T>>>> gather(std::vector<task<T>> tasks) {
  std::vector<detail::gather_member<T>> members;
  members.reserve(tasks.size());
  for (task<T>& each : tasks) members.emplace_back(each);
  detail::gather_group group{members.size()};
  for (std::size_t i = 0; i != members.size(); ++i) group.watch(i, *members[i].block);
  detail::task_state& party = co_await detail::this_party{};
  group.start_all(static_cast<detail::lane&>(*party.home));
  for (std::size_t i = 0; i != group.size(); ++i) co_await group.ended(i);
  group.rethrow_first_failure(party);
  if constexpr (!std::is_void_v<T>) {
    std::vector<detail::gathered<T>> results;
    results.reserve(members.size());
    for (auto& member : members) results.push_back(member.result());
    co_return results;
  }
}

}  // namespace actors::inline v1
