// task_promise: the promise of task<T>: allocates the block of a task and keeps its result there.
#pragma once

#include <actors/detail/task_state.hpp>

#include <coroutine>
#include <cstddef>
#include <memory>
#include <new>
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

/// The head of the block with room for the result.
template <class T>
class task_block final : public task_state {
 public:
  task_block() noexcept { dispose = &dispose_block; }
  task_block(const task_block&) = delete;
  task_block& operator=(const task_block&) = delete;

  template <class... Args>
  void emplace(Args&&... args) {
    ::new (static_cast<void*>(&storage_)) stored_result<T>(std::forward<Args>(args)...);
    holds_ = true;
    succeed();
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

  static constexpr std::size_t frame_alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
  static constexpr std::size_t frame_offset() noexcept {
    return (sizeof(task_block) + frame_alignment - 1) / frame_alignment * frame_alignment;
  }

 private:
  stored_result<T>& value() noexcept { return *std::launder(reinterpret_cast<stored_result<T>*>(&storage_)); }

  static void dispose_block(task_state& state) noexcept {
    auto& block = static_cast<task_block&>(state);
    if (block.holds_) std::destroy_at(&block.value());
    std::destroy_at(&block);
    ::operator delete (static_cast<void*>(&block), std::align_val_t{alignof(task_block)});
  }

  alignas(stored_result<T>) std::byte storage_[sizeof(stored_result<T>)];
  bool holds_ = false;
};

template <>
class task_block<void> final : public task_state {
 public:
  task_block() noexcept { dispose = &dispose_block; }
  task_block(const task_block&) = delete;
  task_block& operator=(const task_block&) = delete;

  void result() const noexcept {}
  void take_result() const noexcept {}

  static constexpr std::size_t frame_alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
  static constexpr std::size_t frame_offset() noexcept {
    return (sizeof(task_block) + frame_alignment - 1) / frame_alignment * frame_alignment;
  }

 private:
  static void dispose_block(task_state& state) noexcept {
    auto& block = static_cast<task_block&>(state);
    std::destroy_at(&block);
    ::operator delete (static_cast<void*>(&block), std::align_val_t{alignof(task_block)});
  }
};

struct final_suspension {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> point) const noexcept {
    point.promise().block().finish();
  }
  void await_resume() const noexcept {}
};

/// The part of the promise that does not depend on how a result is returned. It has no members: everything is in the
/// block in front of the frame.
template <class T, class Promise>
class task_promise_base {
 public:
  static void* operator new(std::size_t frame_size) {
    using block_type = task_block<T>;
    constexpr std::size_t offset = block_type::frame_offset();
    void* memory = ::operator new (offset + frame_size, std::align_val_t{alignof(block_type)});
    ::new (memory) block_type;
    return static_cast<std::byte*>(memory) + offset;
  }
  // The block outlives the frame; it is freed here only when the coroutine could not even be started.
  static void operator delete(void* frame, std::size_t) noexcept {
    task_block<T>& block = block_of(frame);
    if (!block.adopted) block.dispose(block);
  }

  task_block<T>& block() noexcept {
    auto* self = static_cast<Promise*>(this);
    // clang optimises a coroutine while its promise is still a local variable. A way from there to the block leaves
    // that variable, and stores to the block vanish; so where `self` comes from is hidden from the optimiser.
    asm("" : "+r"(self));
    return block_of(std::coroutine_handle<Promise>::from_promise(*self).address());
  }
  task_state& party() noexcept { return *block().owner; }

  task<T> get_return_object() noexcept;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  final_suspension final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { block().fail(); }

 private:
  static task_block<T>& block_of(void* frame) noexcept {
    return *std::launder(
        reinterpret_cast<task_block<T>*>(static_cast<std::byte*>(frame) - task_block<T>::frame_offset()));
  }
};

template <class T>
class task_promise final : public task_promise_base<T, task_promise<T>> {
 public:
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
  void return_void() noexcept { block().succeed(); }
};

}  // namespace actors::inline v1::detail
