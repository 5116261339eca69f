// blocking: runs a call that blocks its thread (file system, database, legacy library) where it stalls nobody.
#pragma once

#include <actors/detail/scheduler.hpp>
#include <actors/detail/task_state.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace actors::inline v1 {

namespace detail {

/// The part of a blocking call that does not depend on the function.
class blocking_wait : protected blocking_job, private wake_filter {
 public:
  blocking_wait(const blocking_wait&) = delete;
  blocking_wait& operator=(const blocking_wait&) = delete;

  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, code_place where = code_place::here()) {
    note_wait(point.promise().party(), "wait for a blocking call", 0, where);
    return suspend(point.promise().party(), point);
  }

 protected:
  explicit blocking_wait(void (*entry)(blocking_job&) noexcept) noexcept { call = entry; }
  ~blocking_wait() = default;
  /// Throws `cancelled` when the call was not made, or what the function threw.
  void check();
  std::exception_ptr failure_;

 private:
  bool suspend(task_state& party, std::coroutine_handle<> point);
  static bool on_cancel(wake_filter& self, waiter& who) noexcept;
};

template <class F, class... Args>
class blocking_operation final : public blocking_wait {
 public:
  using result_type = std::invoke_result_t<F&, Args&&...>;

  template <class... Given>
  explicit blocking_operation(Given&&... given) : blocking_wait{&enter}, call_{std::forward<Given>(given)...} {}

  result_type await_resume() {
    check();
    if constexpr (!std::is_void_v<result_type>) return std::move(*result_);
  }

 private:
  static void enter(blocking_job& job) noexcept {
    auto& self = static_cast<blocking_operation&>(job);
    try {
      const auto invoke = [](F& function, Args&... args) -> result_type {
        return std::invoke(function, std::move(args)...);
      };
      if constexpr (std::is_void_v<result_type>)
        std::apply(invoke, self.call_);
      else
        self.result_.emplace(std::apply(invoke, self.call_));
    } catch (...) {
      self.failure_ = std::current_exception();
    }
  }

  std::tuple<F, Args...> call_;
  std::optional<std::conditional_t<std::is_void_v<result_type>, std::monostate, result_type>> result_;
};

}  // namespace detail

/// Awaitable: calls `function(args...)` on the blocking pool of the runtime and gives its result or throws its
/// exception. Function and arguments are kept (moved or copied) until then. The task resumes on a worker. A
/// cancellation while the call is queued takes it back and throws `cancelled`; while it runs, the task waits for its
/// end and keeps the cancellation for its next wait.
///
///     std::string text = co_await blocking(read_whole_file, path);
///     std::string text = co_await blocking([&] { return read_whole_file(path); });  // by reference: the task waits
template <class F, class... Args>
requires std::is_invocable_v < std::decay_t<F>
&, std::decay_t<Args>&&... >
       [[nodiscard("co_await it")]] detail::blocking_operation<std::decay_t<F>, std::decay_t<Args>...> blocking(
           F&& function, Args&&... args) {
  return detail::blocking_operation<std::decay_t<F>, std::decay_t<Args>...>{std::forward<F>(function),
                                                                            std::forward<Args>(args)...};
}

}  // namespace actors::inline v1
