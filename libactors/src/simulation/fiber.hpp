// fiber: something that runs on a stack of its own, and the switch from one to another within one thread of the system.
#pragma once

#include "stack_switch.hpp"

#include <cstddef>

namespace actors::inline v1::detail {

/// All fibers that switch to each other belong to one thread of the system. A switch takes along what the C++ runtime
/// keeps for a thread (the exceptions that are being handled), and tells the sanitizers.
class fiber {
 public:
  /// Stands for the calling thread, on the stack it has.
  fiber() noexcept;
  /// Will call `entry(argument)` when it is first switched to. `entry` must not return or throw: its last act is
  /// `leave_to`. `stack_bytes` is a multiple of the size of a page. Throws std::bad_alloc.
  fiber(std::size_t stack_bytes, void (*entry)(void*) noexcept, void* argument);
  /// Precondition: it was never switched to, or it has left, or `abandon` was called.
  ~fiber();
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;

  /// Goes on in `to`; returns when somebody switches back. Called by the fiber itself.
  void switch_to(fiber& to) noexcept;
  /// The same for the last time: the stack is not used any more.
  [[noreturn]] void leave_to(fiber& to) noexcept;

  /// It will never be switched to again, though it has not left: its stack stays as it is for ever, so that nobody who
  /// was told of an object there finds it gone, and what it owns does not count as a leak.
  void abandon() noexcept;

 private:
  static void start();
  void arrived() noexcept;
  void transfer(fiber& to, bool for_good) noexcept;

  /// What the C++ runtime keeps for a thread (Itanium C++ ABI, exception handling, 2.2.2).
  struct exception_state {
    void* caught = nullptr;
    unsigned uncaught = 0;
  };
  static exception_state& exceptions() noexcept;

  stack_position position_;
  exception_state exceptions_;
  void (*const entry_)(void*) noexcept = nullptr;
  void* const argument_ = nullptr;
  std::byte* stack_ = nullptr;  ///< the lowest usable byte; null for the stack of the thread itself
  std::size_t stack_bytes_ = 0;
  fiber* came_from_ = nullptr;
  void* sanitizer_stack_ = nullptr;     ///< AddressSanitizer: its stack beside ours
  const void* system_stack_ = nullptr;  ///< AddressSanitizer: where the stack of the thread itself lies
  std::size_t system_stack_bytes_ = 0;
  void* sanitizer_fiber_ = nullptr;  ///< ThreadSanitizer
};

}  // namespace actors::inline v1::detail
