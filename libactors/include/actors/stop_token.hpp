// stop_token: std::stop_token and tasks: work that a token stops. The other way, a token that a task's cancellation
// stops, is `task_ref::stop_token`.
#pragma once

#include <actors/detail/this_party.hpp>
#include <actors/task.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

/// Cancels the task it lives in when its token is asked to stop, and takes that back at the end. Lives in a frame of
/// that task, and is used by it alone.
class stop_scope {
 public:
  stop_scope(task_state& party, std::stop_token token);
  /// The work has ended: from here on the token asks for nothing, and what it asked for was this scope's own.
  void end() noexcept;
  /// The same where the work was cancelled: what others asked for stays as it is.
  void end_cancelled() noexcept;

 private:
  struct request {
    stop_scope& scope;
    void operator()() const noexcept;
  };

  task_state& party_;
  std::uint32_t answered_before_;  ///< requests to cancel that were answered before this scope began
  atomic<bool> fired_{false};      ///< release before the request; read after the callback is gone, or has returned
  std::optional<std::stop_callback<request>> callback_;
};

}  // namespace detail

/// Runs `work` as a part of the calling task, and cancels it when `token` is asked to stop, from any thread:
/// `cancelled` is thrown then, when the work has ended; the task itself was not cancelled and may go on. Work that
/// gives a value or an error all the same gives that. A cancellation of the task is passed on as such.
template <class T>
task<T> with_stop_token(std::stop_token token, task<T> work) {
  detail::task_state& party = co_await detail::this_party{};
  detail::stop_scope scope{party, std::move(token)};
  try {
    if constexpr (std::is_void_v<T>) {
      co_await work;
      scope.end();
      co_return;
    } else {
      T result = co_await work;
      scope.end();
      co_return std::forward<T>(result);
    }
  } catch (const cancelled&) {
    scope.end_cancelled();
    throw;
  } catch (...) {
    scope.end();
    throw;
  }
}

}  // namespace actors::inline v1
