// task_promise: the promise of task<T>: allocates the block of a task and keeps its result there.
#pragma once

#include <actors/detail/frame_pool.hpp>
#include <actors/detail/observers.hpp>
#include <actors/detail/task_state.hpp>

#include <coroutine>
#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {
template <class T>
class task;
}

namespace actors::inline v1::detail {

/// What a result is stored as: itself, a pointer for a reference, nothing for void.
template <class T>
using stored_result = std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<T>, T>;

template <class T>
class task_block;

/// Where the frame begins in a block.
template <class T>
constexpr std::size_t frame_offset_of() noexcept;

template <class T>
inline constexpr bool result_has_destructor = !std::is_trivially_destructible_v<stored_result<T>>;

/// The beginning of the promise of a task, where the frame would have nothing else: compilers keep what follows
/// aligned.
struct spawn_note {
  place_ref spawned_at;  ///< of a task that was marked for it; otherwise it may be anything
  // Not begun by a constructor: most coroutines are awaited, and never have it.
  spawn_note() noexcept {}
};
/// Where the promise of a frame is does not depend on its type, as long as that is aligned like this one.
inline spawn_note& note_in(void* frame) noexcept {
  return std::coroutine_handle<spawn_note>::from_address(frame).promise();
}

/// The head of the block with room for the result.
template <class T>
class task_block final : public std::conditional_t<result_has_destructor<T>, disposable_task, task_state> {
 public:
  task_block() noexcept requires result_has_destructor<T> : disposable_task{frame_offset_of<T>(), &dispose_of} {}
  task_block() noexcept requires(!result_has_destructor<T>) : task_state{frame_offset_of<T>(), false} {}

  template <class... Args>
  void emplace(Args&&... args) {
    ::new (static_cast<void*>(&storage_)) stored_result<T>(std::forward<Args>(args)...);
    this->succeed();
  }

  /// The result. Precondition: the task ended with a value.
  std::add_lvalue_reference_t<T> result() noexcept {
    if constexpr (std::is_reference_v<T>)
      return *value();
    else
      return value();
  }
  T take_result() {
    if constexpr (std::is_reference_v<T>)
      return static_cast<T>(*value());
    else
      return std::move(value());
  }

 private:
  static void dispose_of(task_state& state) noexcept {
    auto& block = static_cast<task_block&>(state);
    if (block.outcome() == task_status::value) std::destroy_at(&block.value());
    frame_free(&block);
  }
  stored_result<T>& value() noexcept { return *std::launder(reinterpret_cast<stored_result<T>*>(&storage_)); }

  alignas(stored_result<T>) std::byte storage_[sizeof(stored_result<T>)];
};

template <>
class task_block<void> final : public task_state {
 public:
  task_block() noexcept;

  void result() const noexcept {}
  void take_result() const noexcept {}
};

template <class T>
constexpr std::size_t frame_offset_of() noexcept {
  static_assert(sizeof(task_block<T>) <= (std::size_t{512} << 10) - 16,
                "a result of 512 KiB or more: give a std::unique_ptr to it");
  static_assert(alignof(task_block<T>) <= 64, "a result aligned to more than 64 bytes: give a std::unique_ptr to it");
  constexpr std::size_t alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
  return (sizeof(task_block<T>) + alignment - 1) / alignment * alignment;
}
/// For a task that is about to be spawned: where.
template <class T>
void note_spawned_at(task_block<T>& task, place_ref where) noexcept {
  if constexpr (ACTORS_INTROSPECTION != 0) {
    note_in(reinterpret_cast<std::byte*>(&task) + frame_offset_of<T>()).spawned_at = where;
    task.mark_spawn_noted();
  }
}
/// The size of the block, for a frame of that size.
template <class T>
constexpr std::size_t block_size_of(std::size_t frame) noexcept {
  const std::size_t size = frame_offset_of<T>() + frame;
  // The pool aligns to 16, and to 64 what is a multiple of 64.
  return alignof(task_block<T>) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__ ? size : (size + 63) / 64 * 64;
}

inline task_block<void>::task_block() noexcept : task_state{frame_offset_of<void>(), false} {}

struct final_suspension {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> point) const noexcept {
    point.promise().block().finish();
  }
  void await_resume() const noexcept {}
};

/// The part of the promise that does not depend on how a result is returned. Everything that lives longer, or is looked
/// at by others, is in the block in front of the frame.
template <class T, class Promise>
class task_promise_base : public spawn_note {
 public:
  static void* operator new(std::size_t frame_size) {
    void* memory = frame_allocate(block_size_of<T>(frame_size));
    ::new (memory) task_block<T>;
    return static_cast<std::byte*>(memory) + frame_offset_of<T>();
  }
  // The block outlives the frame; it is freed here only when the coroutine could not even be started.
  static void operator delete(void* frame, std::size_t) noexcept {
    task_block<T>& block = block_of(frame);
    if (!block.adopted()) block.dispose();
  }

  task_block<T>& block() noexcept {
    auto* self = static_cast<Promise*>(this);
    // clang optimises a coroutine while its promise is still a local variable. A way from there to the block leaves
    // that variable, and stores to the block vanish; so where `self` comes from is hidden from the optimiser.
    asm("" : "+r"(self));
    return block_of(std::coroutine_handle<Promise>::from_promise(*self).address());
  }
  task_state& party() noexcept { return block().party(); }
  /// For reports: where the coroutine is, and what it waits for.
  void note_place(await_place where) noexcept { block().note_place(where); }
  void note_suspension(wait_kind what, await_place where) noexcept { block().note_suspension(what, where); }

  /// `body` is the coroutine.
  task<T> get_return_object(await_place body = await_place::here()) noexcept;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  final_suspension final_suspend() const noexcept { return {}; }
  void unhandled_exception(source_place body = source_place::here()) noexcept { block().fail(body, __FILE__); }

 protected:
  void note_closure(const void* closure) noexcept {
    if (debug_mode()) [[unlikely]]
      block().note_closure(closure);
  }

 private:
  static task_block<T>& block_of(void* frame) noexcept {
    return *std::launder(reinterpret_cast<task_block<T>*>(static_cast<std::byte*>(frame) - frame_offset_of<T>()));
  }
};

/// Whether what the call of a coroutine began with is a lambda: there is no trait, but a name. g++ 12 deduces the type
/// as a reference, and asks while it is incomplete. (clang 14 does not say that the call began with one.)
template <class Closure>
consteval bool is_lambda() {
  const std::string_view name = __PRETTY_FUNCTION__;
  return std::is_class_v<Closure> && (name.find("<lambda") != name.npos || name.find("(lambda") != name.npos);
}
template <class Closure>
concept lambda = is_lambda<std::remove_cvref_t<Closure>>();
template <class Closure>
inline constexpr bool has_captures = !std::is_empty_v<std::remove_cvref_t<Closure>>;

template <class T>
class task_promise final : public task_promise_base<T, task_promise<T>> {
 public:
  task_promise() noexcept {}  // not defaulted: that would begin with zeros
  template <lambda Closure, class... Args>
  explicit task_promise(const Closure& closure, const Args&...) noexcept {
    if constexpr (has_captures<Closure>) this->note_closure(std::addressof(closure));
  }
  template <class U = T>
  requires std::is_constructible_v<T, U&&>
  void return_value(U&& value) {
    if constexpr (std::is_reference_v<T>)
      this->block().emplace(std::addressof(value));
    else
      this->block().emplace(std::forward<U>(value));
  }
};

template <>
class task_promise<void> final : public task_promise_base<void, task_promise<void>> {
 public:
  task_promise() noexcept {}  // not defaulted: that would begin with zeros
  template <lambda Closure, class... Args>
  explicit task_promise(const Closure& closure, const Args&...) noexcept {
    if constexpr (has_captures<Closure>) note_closure(std::addressof(closure));
  }
  void return_void() noexcept { block().succeed(); }
};

}  // namespace actors::inline v1::detail
