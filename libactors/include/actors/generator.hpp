// generator: a coroutine that gives one value after another and may await in between: an asynchronous generator.
#pragma once

#include <actors/detail/generator_block.hpp>

#include <concepts>
#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

/// Thrown out of a generator's co_yield when it is closed. Not a std::exception, for the reason that `cancelled` is
/// none. Who catches it must not yield any more, and may let it go on.
class generator_exit {
 public:
  const char* what() const noexcept { return "the generator was closed"; }
};

template <class T>
class generator;

namespace detail {

template <class T>
class generator_promise final : public generator_promise_base<generator_promise<T>> {
 public:
  generator<T> get_return_object(await_place body = await_place::here()) noexcept {
    this->block().adopt(body);
    return generator<T>{&this->block()};
  }
  /// The object stays where it is until the generator goes on: a temporary of the co_yield, or what was moved.
  yield_operation yield_value(T&& value) noexcept { return {this->block(), std::addressof(value)}; }
  yield_copy<T> yield_value(const T& value) requires std::copy_constructible<T> { return {this->block(), value}; }
};

template <class T>
class generator_promise<T&> final : public generator_promise_base<generator_promise<T&>> {
 public:
  generator<T&> get_return_object(await_place body = await_place::here()) noexcept {
    this->block().adopt(body);
    return generator<T&>{&this->block()};
  }
  yield_operation yield_value(T& value) noexcept {
    return {this->block(), const_cast<std::remove_const_t<T>*>(std::addressof(value))};
  }
};

template <class T>
class next_operation {
 public:
  explicit next_operation(generator_block* block) noexcept : block_{block} {}
  bool await_ready() const {
    if (block_ == nullptr) throw_empty_generator();
    return block_->over();
  }
  template <task_promise_type Promise>
  void await_suspend(std::coroutine_handle<Promise> consumer, await_place where = await_place::here()) noexcept {
    note_place(consumer.promise(), where);
    block_->resume_for(consumer.promise().party(), consumer);
  }
  std::add_pointer_t<T> await_resume(source_place where = source_place::here()) {
    return static_cast<std::add_pointer_t<T>>(block_->result(where));
  }

 private:
  generator_block* block_;
};

class close_operation {
 public:
  explicit close_operation(generator_block* block) noexcept : block_{block} {}
  bool await_ready() const { return block_ == nullptr || block_->close_at_once(); }
  template <task_promise_type Promise>
  void await_suspend(std::coroutine_handle<Promise> consumer, await_place where = await_place::here()) noexcept {
    note_place(consumer.promise(), where);
    block_->close_for(consumer.promise().party(), consumer);
  }
  void await_resume(source_place where = source_place::here()) {
    if (block_ != nullptr) block_->check_closed(where);
  }

 private:
  generator_block* block_;
};

class find_exit_stack {
 public:
  bool await_ready() const noexcept { return false; }
  template <generator_promise_type Promise>
  bool await_suspend(std::coroutine_handle<Promise> point) {
    found_ = &point.promise().block().own_exit_stack();
    return false;
  }
  exit_stack& await_resume() const noexcept { return *found_; }

 private:
  exit_stack* found_ = nullptr;
};

}  // namespace detail

/// A coroutine that yields values of type T, which may be move-only or a reference, and may await between them. Nothing
/// runs until the first value is asked for, and between two values it stands still.
///
///     generator<int> countdown(int from) {
///       for (int i = from; i != 0; --i) {
///         co_await sleep(1s);
///         co_yield i;
///       }
///     }
///     task<> launch() {
///       auto numbers = countdown(3);
///       while (int* n = co_await numbers.next()) std::printf("%d\n", *n);
///     }
///
/// It runs as a part of the task that asks: same task, same cancellation, no scheduling in between. An error leaves it
/// through the `next` that it came up in, and ends it; so does a cancellation, unless the generator catches it. Each
/// may ask for values of others, or of itself recursively.
///
/// Leaving a loop early: `co_await numbers.close()` ends the generator and what it has to clean up is awaited. A
/// generator that is destroyed before its end does not go on: the destructors of its locals run, and what it deferred
/// (`generator_exit_stack`) is called by a task of its own, see `exit_stack`.
///
/// Moves like a unique_ptr; not thread-safe by itself.
template <class T>
class [[nodiscard("a generator does nothing until it is asked for a value")]] generator {
  static_assert(!std::is_void_v<T> && !std::is_rvalue_reference_v<T> && !std::is_const_v<T>,
                "a generator yields objects or lvalue references");

 public:
  using value_type = std::remove_cvref_t<T>;
  using promise_type = detail::generator_promise<T>;

  generator() noexcept = default;
  explicit generator(detail::generator_block * adopted) noexcept : block_{adopted} {}
  generator(generator && other) noexcept : block_{std::exchange(other.block_, nullptr)} {}
  generator& operator=(generator&& other) noexcept {
    generator taken{std::move(other)};
    std::swap(block_, taken.block_);
    return *this;
  }
  ~generator() {
    if (block_ != nullptr) block_->drop();
  }

  /// False for a default-constructed or moved-from generator.
  explicit operator bool() const noexcept { return block_ != nullptr; }

  /// Awaitable: runs the generator to its next co_yield and gives a pointer to the value there, which is valid until
  /// the generator is asked again, closed or destroyed, and may be moved from; null at its end, then and ever after.
  /// Throws what leaves the generator, and usage_error for an empty generator and for one that runs (it asked itself,
  /// or two tasks share it).
  [[nodiscard("co_await it")]] detail::next_operation<T> next() noexcept { return detail::next_operation<T>{block_}; }

  /// Awaitable: ends the generator. One that stands at a co_yield goes on with a `generator_exit` there; its handlers
  /// may catch it, and await behind them. Then what it deferred is called and awaited. Nothing happens where it has
  /// ended; one that did not begin is destroyed. Throws what leaves the generator other than generator_exit, and
  /// usage_error where it yields instead of ending, or runs.
  [[nodiscard("co_await it")]] detail::close_operation close() noexcept { return detail::close_operation{block_}; }

 private:
  detail::generator_block* block_ = nullptr;
};

/// Awaitable, in a generator: its exit_stack. What is on it is called when the body has ended, in whichever way, and
/// awaited before the consumer goes on; where the generator is destroyed before its end, by a task of its own. The
/// body's locals are gone then: what is deferred owns what it needs. Does not suspend. Throws std::bad_alloc.
///
///     generator<row> rows(std::string query) {
///       exit_stack& at_exit = co_await generator_exit_stack();
///       cursor& found = co_await at_exit.enter(open_cursor(query), &cursor::close);
///       while (co_await found.advance()) co_yield found.current();
///     }
[[nodiscard("co_await it")]] inline detail::find_exit_stack generator_exit_stack() noexcept {
  return detail::find_exit_stack{};
}

}  // namespace actors::inline v1
