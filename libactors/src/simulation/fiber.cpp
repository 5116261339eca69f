#include "fiber.hpp"

#include "fiber_sanitizer.hpp"
#include "stack_store.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <utility>

namespace actors::inline v1::detail {

namespace {
// For the first arrival of a fiber, which has no other way to learn who it is.
thread_local fiber* arriving = nullptr;
}  // namespace

fiber::fiber() noexcept : sanitizer_fiber_{fiber_sanitizer::this_fiber()} {}

fiber::fiber(std::size_t stack_bytes, void (*entry)(void*) noexcept, void* argument)
    : entry_{entry},
      argument_{argument},
      stack_{stack_store::here().take(stack_bytes)},
      stack_bytes_{stack_bytes},
      sanitizer_fiber_{fiber_sanitizer::new_fiber()} {
  position_.prepare(stack_, stack_bytes, &start);
}

fiber::~fiber() {
  if (stack_ == nullptr) return;
  fiber_sanitizer::end_fiber(sanitizer_fiber_);
  stack_store::here().give_back(stack_, stack_bytes_);
}

void fiber::start() {
  fiber& self = *arriving;
  self.arrived();
  self.entry_(self.argument_);
  std::abort();
}

fiber::exception_state& fiber::exceptions() noexcept {
  return *reinterpret_cast<exception_state*>(abi::__cxa_get_globals());
}

// The first to arrive from the thread's own stack learns where that lies, for those who go back there.
void fiber::arrived() noexcept {
  const void* stack = nullptr;
  std::size_t bytes = 0;
  fiber_sanitizer::arrived(sanitizer_stack_, &stack, &bytes);
  if (came_from_->stack_ == nullptr) {
    came_from_->system_stack_ = stack;
    came_from_->system_stack_bytes_ = bytes;
  }
  exceptions() = exceptions_;
}

void fiber::transfer(fiber& to, bool for_good) noexcept {
  exceptions_ = std::exchange(exceptions(), {});
  to.came_from_ = this;
  arriving = &to;
  const bool own = to.stack_ != nullptr;
  fiber_sanitizer::leaving(for_good ? nullptr : &sanitizer_stack_, own ? to.stack_ : to.system_stack_,
                           own ? to.stack_bytes_ : to.system_stack_bytes_);
  fiber_sanitizer::switching_to(to.sanitizer_fiber_);
  stack_position::change(position_, to.position_);
}

void fiber::switch_to(fiber& to) noexcept {
  transfer(to, false);
  arrived();
}

void fiber::leave_to(fiber& to) noexcept {
  transfer(to, true);
  std::abort();
}

void fiber::abandon() noexcept {
  fiber_sanitizer::add_leak_root(stack_, stack_bytes_);
  stack_ = nullptr;
}

}  // namespace actors::inline v1::detail
