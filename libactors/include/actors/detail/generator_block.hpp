// generator_block: what is known of a generator apart from its frame and the type of its values.
#pragma once

#include <actors/detail/frame_pool.hpp>
#include <actors/detail/task_state.hpp>
#include <actors/exit_stack.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <new>

namespace actors::inline v1::detail {

[[noreturn]] void throw_empty_generator();
[[noreturn]] void throw_generator_runs();

/// The head of the block that a generator's frame is allocated in: [ generator_block | frame ]. A generator runs as a
/// part of the task that asks for a value (`task_state::descend`), each time of the one that asks; it ends like a task
/// that is awaited. It is used by one task at a time, so nothing here is atomic.
class generator_block final : public task_state {
 public:
  generator_block() noexcept;

  /// Throws usage_error while the generator runs.
  bool over() const {
    if (stage_ == stage::running) throw_generator_runs();
    return stage_ == stage::over;
  }
  /// For an awaiter: runs the generator until it yields or ends.
  void resume_for(task_state& party, std::coroutine_handle<> from) noexcept {
    stage_ = stage::running;
    party.descend(*this, from);
  }
  /// After that: what it yielded, null at its end. Throws what it ended with.
  void* result(const source_place& where) {
    if (stage_ == stage::yielded) return value_;
    end(where);
    return nullptr;
  }

  /// True where there is nothing to resume: it has ended, or had not begun.
  bool close_at_once();
  /// As `resume_for`, with the signal that ends it.
  void close_for(task_state& party, std::coroutine_handle<> from) noexcept {
    closing_ = true;
    resume_for(party, from);
  }
  /// After that, or after `close_at_once`. Throws what it ended with, and usage_error where it did not end.
  void check_closed(const source_place& where);

  // For the coroutine.
  void yield(void* value) noexcept {
    value_ = value;
    stage_ = stage::yielded;
    yield_back();
  }
  /// It goes on after a yield.
  void check_exit() {
    if (closing_) [[unlikely]]
      throw_exit();
  }
  void fail_unless_exit(const source_place& body, const char* header) noexcept;
  void finish_with_cleanup() noexcept;
  exit_stack& own_exit_stack();

  /// The generator object is gone.
  void drop() noexcept;

 private:
  enum class stage : std::uint8_t { unstarted, running, yielded, over };
  struct cleanup;
  static task<> end_generator(generator_block& block);

  void end(const source_place& where);
  [[noreturn]] void throw_exit();

  void* value_ = nullptr;
  cleanup* cleanup_ = nullptr;  ///< owned
  stage stage_ = stage::unstarted;
  bool closing_ = false;
};

/// Where the frame begins in a block.
inline constexpr std::size_t generator_frame_offset = (sizeof(generator_block) + __STDCPP_DEFAULT_NEW_ALIGNMENT__ - 1) /
                                                      __STDCPP_DEFAULT_NEW_ALIGNMENT__ *
                                                      __STDCPP_DEFAULT_NEW_ALIGNMENT__;

/// The part of a generator's promise that does not depend on its values. As with tasks it has no members.
template <class Promise>
class generator_promise_base {
 public:
  static void* operator new(std::size_t frame_size) {
    void* memory = frame_allocate(generator_frame_offset + frame_size);
    ::new (memory) generator_block;
    return static_cast<std::byte*>(memory) + generator_frame_offset;
  }
  // The block outlives the frame; it is freed here only when the coroutine could not even be started.
  static void operator delete(void* frame, std::size_t) noexcept {
    generator_block& block = block_of(frame);
    if (!block.adopted()) block.dispose();
  }

  generator_block& block() noexcept {
    auto* self = static_cast<Promise*>(this);
    asm("" : "+r"(self));  // see task_promise_base
    return block_of(std::coroutine_handle<Promise>::from_promise(*self).address());
  }
  task_state& party() noexcept { return block().party(); }
  void note_place(await_place where) noexcept { block().note_place(where); }
  void note_suspension(wait_kind what, await_place where) noexcept { block().note_suspension(what, where); }

  class final_suspension {
   public:
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<Promise> point) const noexcept {
      point.promise().block().finish_with_cleanup();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  final_suspension final_suspend() const noexcept { return {}; }
  void unhandled_exception(source_place body = source_place::here()) noexcept {
    block().fail_unless_exit(body, __FILE__);
  }
  void return_void() noexcept { block().succeed(); }

 private:
  static generator_block& block_of(void* frame) noexcept {
    return *std::launder(reinterpret_cast<generator_block*>(static_cast<std::byte*>(frame) - generator_frame_offset));
  }
};

/// A coroutine that is a generator.
template <class Promise>
concept generator_promise_type = requires(Promise& promise) {
  { promise.block() } -> std::same_as<generator_block&>;
};

/// Suspends a generator that yields an object which stays where it is.
class yield_operation {
 public:
  yield_operation(generator_block& block, void* value) noexcept : block_{block}, value_{value} {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const noexcept { block_.yield(value_); }
  void await_resume() const { block_.check_exit(); }

 private:
  generator_block& block_;
  void* value_;
};

/// The same with a copy.
template <class T>
class yield_copy {
 public:
  yield_copy(generator_block& block, const T& value) : block_{block}, copy_{value} {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) noexcept { block_.yield(&copy_); }
  void await_resume() const { block_.check_exit(); }

 private:
  generator_block& block_;
  T copy_;
};

}  // namespace actors::inline v1::detail
