// io_wait: a task's wait for an operation of Asio, apart from the operation's types.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/task_state.hpp>
#include <actors/waiter.hpp>

#include <coroutine>
#include <cstdint>

namespace actors::inline v1::detail {

/// The wait is over when the operation was started, has completed and, where it was asked to cancel, that has been
/// carried out, too: all of them touch this object, in the frame of the party. `steps_` counts what is still to come.
/// Whoever ends the last step (acq_rel) claims the party, notes in `over_` (release) that it is done with this object,
/// and wakes the party. A party that a cancellation woke meanwhile, and that finds no step left, waits for `over_`
/// (acquire): a few instructions.
///
/// An operation that is being started cannot be asked to cancel: of the thread that starts it and the one that asks,
/// which both leave their mark in `marks_` (acq_rel), the second one does the asking.
class io_wait : public wake_filter {
 public:
  io_wait(const io_wait&) = delete;
  io_wait& operator=(const io_wait&) = delete;

 protected:
  io_wait() noexcept = default;
  ~io_wait() = default;

  /// Arms the party; false when a cancellation is pending: the operation must not be started.
  bool begin(task_state& party, std::coroutine_handle<> point) noexcept;
  /// The operation was started. Where that failed, `end_step` is called as well.
  void started();
  /// The operation has completed, or was asked to cancel.
  void end_step() noexcept;
  /// Throws `cancelled` where that is the answer: the operation was not started, or gave up because of it.
  void throw_if_cancelled(bool gave_up);

  /// Asks the operation to cancel, where its handlers run, and calls `end_step` there. Called once at most.
  virtual void ask_to_cancel() = 0;

 private:
  static bool on_wake(wake_filter& self, waiter& who) noexcept;
  void settle() const noexcept;

  static constexpr std::uint8_t is_started = 1;
  static constexpr std::uint8_t is_to_cancel = 2;

  task_state* who_ = nullptr;
  atomic<std::uint32_t> steps_{2};
  atomic<std::uint8_t> marks_{0};
  atomic<bool> over_{false};
  bool refused_ = false;
  bool asked_ = false;
};

}  // namespace actors::inline v1::detail
