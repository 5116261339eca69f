// exit_stack: what must be undone when a scope ends, where undoing awaits. Destructors cannot; this is `async with`.
#pragma once

#include <actors/detail/invoke.hpp>
#include <actors/task.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

class exit_stack;

namespace detail {

/// As `exit_stack::close`, where `failure` (may be null) came first.
task<> end_scope(exit_stack& stack, std::exception_ptr failure);

/// An entry of an exit_stack: owns what it calls, until the coroutine of the call has ended.
class deferred_call {
 public:
  deferred_call() = default;
  deferred_call(const deferred_call&) = delete;
  deferred_call& operator=(const deferred_call&) = delete;
  virtual ~deferred_call() = default;

  /// Called once. An empty task says that all is done.
  virtual task<> call() = 0;

  std::unique_ptr<deferred_call> below;
};

template <class F, class... Args>
concept exit_function = std::invocable<F, Args...> &&
    (std::same_as<std::invoke_result_t<F, Args...>, task<>> || std::is_void_v<std::invoke_result_t<F, Args...>>);

template <class F, class... Args>
concept deferrable = exit_function < std::decay_t<F>
&, std::decay_t<Args>... > ;

/// A function of either kind, as a task.
template <class F, class... Args>
task<> invoke_exit(F& function, Args&&... args) {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, Args...>>) {
    detail::call(function, std::forward<Args>(args)...);
    return {};
  } else {
    return detail::call(function, std::forward<Args>(args)...);
  }
}

template <class F, class... Args>
class deferred_function final : public deferred_call {
 public:
  template <class... Given>
  explicit deferred_function(Given&&... given) : call_{std::forward<Given>(given)...} {}

  task<> call() override {
    return std::apply([](F& function, Args&... args) { return invoke_exit(function, std::move(args)...); }, call_);
  }

 private:
  std::tuple<F, Args...> call_;
};

template <class R, class F>
class entered_resource final : public deferred_call {
 public:
  explicit entered_resource(F release) : release_{std::move(release)} {}

  R& acquired(R&& resource) { return resource_.emplace(std::move(resource)); }
  task<> call() override { return invoke_exit(release_, *resource_); }

 private:
  F release_;
  std::optional<R> resource_;
};

}  // namespace detail

/// Functions to be called when a scope ends, the last one first: each may be a coroutine, and is awaited. Use
/// `with_exit_stack`, or call `close` at the end. Not thread-safe: it belongs to one task.
///
/// What is still in an exit_stack that is destroyed is not lost: a task of the runtime is started that calls it. The
/// end of the runtime waits for that task and does not cancel it, but those that it spawns then. Errors in it are
/// reported to the log. On a thread that is none of a runtime's workers no task can be started: then this is reported.
class exit_stack {
 public:
  exit_stack() noexcept = default;
  /// Takes everything out of `other`: so what a scope has acquired can leave it.
  exit_stack(exit_stack&& other) noexcept = default;
  exit_stack& operator=(exit_stack&& other) noexcept {
    exit_stack taken{std::move(other)};
    std::swap(top_, taken.top_);
    return *this;
  }
  ~exit_stack() {
    if (top_ != nullptr) abandon();
  }

  /// Puts `function(args...)` on top, which gives a task<> or nothing. Both are kept (moved or copied) until the call
  /// and its coroutine have ended; the arguments are moved into the call. Throws std::bad_alloc, and what copying
  /// throws.
  template <class F, class... Args>
  requires detail::deferrable<F, Args...>
  void defer(F&& function, Args&&... args) {
    using entry = detail::deferred_function<std::decay_t<F>, std::decay_t<Args>...>;
    push(std::make_unique<entry>(std::forward<F>(function), std::forward<Args>(args)...));
  }

  /// Awaits `acquire`, keeps its result, and puts `release(result)` on top, which gets it by reference. Gives that
  /// reference; throws what `acquire` throws, and then releases nothing.
  template <class R, class F>
  requires detail::exit_function<F&, R&> task<R&> enter(task<R> acquire, F release) {
    auto entry = std::make_unique<detail::entered_resource<R, F>>(std::move(release));
    R acquired = co_await acquire;
    R& resource = entry->acquired(std::move(acquired));
    push(std::move(entry));
    co_return resource;
  }

  bool empty() const noexcept { return top_ == nullptr; }

  /// Calls and awaits everything that is on the stack, or is put there meanwhile, the last one first. An error or a
  /// cancellation in one of them does not keep the others from being called. The first one is thrown in the end; later
  /// errors are reported to the log, and a later cancellation stays pending for the next wait of the task.
  task<> close();

 private:
  friend task<> detail::end_scope(exit_stack& stack, std::exception_ptr failure);
  void push(std::unique_ptr<detail::deferred_call> entry) noexcept;
  void abandon() noexcept;

  std::unique_ptr<detail::deferred_call> top_;
};

namespace detail {
template <class F, class... Args>
using result_of_task = typename std::invoke_result_t<F, Args...>::value_type;
}

/// Runs `body(stack)`, a coroutine, as a part of the calling task, and then everything that it put on the stack (see
/// `exit_stack::close`), also after an error or a cancellation. Gives the body's result. The first thing that went
/// wrong is thrown, so what the body threw comes before what the ends throw.
///
/// A cancellation that the body threw is answered, so that the ends can await. Another one that comes meanwhile
/// interrupts the end that awaits then, not the others.
///
///     co_await with_exit_stack([&](exit_stack& stack) -> task<> {
///       connection& db = co_await stack.enter(connect(url), &connection::close);
///       ...
///     });
template <class F>
auto with_exit_stack(F body) -> task<detail::result_of_task<F&, exit_stack&>> {
  using result_type = detail::result_of_task<F&, exit_stack&>;
  exit_stack stack;
  std::exception_ptr failure;
  if constexpr (std::is_void_v<result_type>) {
    try {
      co_await detail::call(body, stack);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await detail::end_scope(stack, std::move(failure));
  } else {
    std::optional<detail::stored_result<result_type>> result;
    try {
      result_type value = co_await detail::call(body, stack);
      if constexpr (std::is_reference_v<result_type>)
        result.emplace(std::addressof(value));
      else
        result.emplace(std::move(value));
    } catch (...) {
      failure = std::current_exception();
    }
    co_await detail::end_scope(stack, std::move(failure));
    if constexpr (std::is_reference_v<result_type>)
      co_return static_cast<result_type>(**result);
    else
      co_return std::move(*result);
  }
}

/// The same for one resource: awaits `acquire`, runs `body(resource)`, a coroutine, and then `release(resource)`, a
/// coroutine or a function, in any case. Gives the body's result; what is thrown is as with `with_exit_stack`.
///
///     co_await with_resource(open(path), [&](file& f) -> task<> {...}, &file::close);
template <class R, class F, class G>
requires detail::exit_function<G&, R&>
auto with_resource(task<R> acquire, F body, G release) -> task<detail::result_of_task<F&, R&>> {
  const auto works = [&](exit_stack& stack) -> task<detail::result_of_task<F&, R&>> {
    R& resource = co_await stack.enter(std::move(acquire), std::move(release));
    co_return co_await detail::call(body, resource);
  };
  co_return co_await with_exit_stack(works);
}

}  // namespace actors::inline v1
