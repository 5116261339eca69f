// stack_switch: leaves one stack and goes on where another was left.
#pragma once

#include <cstddef>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace actors::inline v1::detail {

/// Where a stack was left: the registers that a function must keep for its caller. On x86-64 by hand: the system's
/// swapcontext also sets the signal mask, with a call of the system each time, and AddressSanitizer takes it for a
/// reason to forget what it knows about the stack.
class stack_position {
 public:
  /// A stack on which `entry` will run, which may not return. `lowest` is its lowest byte; aligned to 16, as `bytes`.
  void prepare(std::byte* lowest, std::size_t bytes, void (*entry)()) noexcept;

  /// Leaves the running stack, noting the place in `here`, and goes on at `there`.
  static void change(stack_position& here, stack_position& there) noexcept;

 private:
#if defined(__x86_64__)
  void* top_ = nullptr;  ///< the registers lie there
#else
  ucontext_t context_;
#endif
};

}  // namespace actors::inline v1::detail
