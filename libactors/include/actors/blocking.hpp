// blocking: runs a call that blocks its thread (file system, database, legacy library) where it stalls nobody.
#pragma once

#include <actors/detail/submitted_call.hpp>
#include <actors/detail/task_state.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace actors::inline v1 {

class blocking_pool;

namespace detail {

call_pool& pool_of(blocking_pool& pool) noexcept;

/// The part of a blocking call that does not depend on the function.
class blocking_wait : protected blocking_job, private wake_filter {
 public:
  blocking_wait(const blocking_wait&) = delete;
  blocking_wait& operator=(const blocking_wait&) = delete;

  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here(),
                                     source_place from = source_place::here()) {
    note_wait(point.promise().party(), wait_kind::blocking_call, 0, where);
    note_suspension(point, wait_kind::blocking_call, where);
    place = from;
    return suspend(point.promise().party(), point);
  }

 protected:
  /// `pool`: null for that of the runtime; otherwise it is kept alive.
  explicit blocking_wait(call_pool* pool) noexcept;
  ~blocking_wait() {
    if (pool_ != nullptr) release_pool();
  }
  /// Throws `cancelled` when the call was not made, or what the function threw.
  void check();

 private:
  bool suspend(task_state& party, std::coroutine_handle<> point);
  static bool on_cancel(wake_filter& self, waiter& who) noexcept;
  void release_pool() noexcept;

  call_pool* const pool_;
};

struct long_lived_call {};

template <class Call>
class blocking_operation final : public blocking_wait {
 public:
  using result_type = decltype(std::declval<Call&>()());

  template <class... Given>
  explicit blocking_operation(call_pool* pool, Given&&... given)
      : blocking_wait{pool}, call_{std::forward<Given>(given)...} {
    call = &enter;
    stop = call_.stop();
  }
  /// One whose thread does not count against the greatest number of the pool.
  template <class... Given>
  explicit blocking_operation(long_lived_call, Given&&... given)
      : blocking_operation{static_cast<call_pool*>(nullptr), std::forward<Given>(given)...} {
    long_lived = true;
  }

  result_type await_resume() {
    check();
    if constexpr (std::is_reference_v<result_type>)
      return static_cast<result_type>(**result_);
    else if constexpr (!std::is_void_v<result_type>)
      return std::move(*result_);
  }

 private:
  static void enter(blocking_job& job) noexcept {
    auto& self = static_cast<blocking_operation&>(job);
    try {
      if constexpr (std::is_void_v<result_type>) {
        self.call_();
      } else {
        if constexpr (std::is_reference_v<result_type>)
          self.result_.emplace(std::addressof(self.call_()));
        else
          self.result_.emplace(self.call_());
      }
    } catch (...) {
      self.failure = std::current_exception();
    }
  }

  Call call_;
  std::optional<std::conditional_t<std::is_void_v<result_type>, std::monostate, stored_result<result_type>>> result_;
};

template <class F, class... Args>
using blocking_operation_of = blocking_operation<bound_call<std::decay_t<F>, std::decay_t<Args>...>>;

}  // namespace detail

/// Awaitable: calls `function(args...)` on the blocking pool of the runtime and gives its result or throws its
/// exception. Function and arguments are kept (moved or copied) until then. The task resumes on a worker.
///
/// A cancellation while the call is queued takes it back and throws `cancelled`. While it runs, the task waits for its
/// end and keeps the cancellation for its next wait. A function that takes a std::stop_token in front of its arguments
/// is then asked to stop; what it gives, or throws, is given all the same.
///
///     std::string text = co_await blocking(read_whole_file, path);
///     std::string text = co_await blocking([&] { return read_whole_file(path); });  // by reference: the task waits
template <class F, class... Args>
requires detail::blocking_call<std::decay_t<F>, std::decay_t<Args>...>
[[nodiscard("co_await it")]] detail::blocking_operation_of<F, Args...> blocking(F&& function, Args&&... args) {
  return detail::blocking_operation_of<F, Args...>{nullptr, std::forward<F>(function), std::forward<Args>(args)...};
}

/// The same on a pool that the program made (or runtime::pool). Throws pool_closed where the pool is closed, or is
/// closed with pool_shutdown::refuse while the call is queued.
template <class F, class... Args>
requires detail::blocking_call<std::decay_t<F>, std::decay_t<Args>...>
[[nodiscard("co_await it")]] detail::blocking_operation_of<F, Args...> blocking(blocking_pool& pool, F&& function,
                                                                                Args&&... args) {
  return detail::blocking_operation_of<F, Args...>{&detail::pool_of(pool), std::forward<F>(function),
                                                   std::forward<Args>(args)...};
}

}  // namespace actors::inline v1
