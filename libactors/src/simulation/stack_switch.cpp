#include "stack_switch.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)

// void actors_simulation_switch(void** left, void* entered): System V ABI: rbx, rbp, r12 to r15, the control words of
// both floating-point units and the stack pointer are kept.
asm(R"(
.text
.type actors_simulation_switch, @function
actors_simulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  subq $8, %rsp
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
  addq $8, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size actors_simulation_switch, . - actors_simulation_switch
)");

extern "C" void actors_simulation_switch(void** left, void* entered);

namespace actors::inline v1::detail {

void stack_position::prepare(std::byte* lowest, std::size_t bytes, void (*entry)()) noexcept {
  // From the bottom: control words, six registers, where to return to, and above that, as for a function that was
  // called, a return address, which is null. Above the address the stack is aligned to 16.
  std::array<std::uint64_t, 9> frame{};
  std::uint32_t vector_control = 0;
  std::uint16_t control = 0;
  asm volatile("stmxcsr %0\n fnstcw %1" : "=m"(vector_control), "=m"(control));
  frame[0] = std::uint64_t{control} << 32 | vector_control;
  frame[7] = reinterpret_cast<std::uintptr_t>(entry);
  top_ = lowest + bytes - sizeof frame;
  std::memcpy(top_, frame.data(), sizeof frame);
}

void stack_position::change(stack_position& here, stack_position& there) noexcept {
  actors_simulation_switch(&here.top_, there.top_);
}

}  // namespace actors::inline v1::detail

#else

namespace actors::inline v1::detail {

void stack_position::prepare(std::byte* lowest, std::size_t bytes, void (*entry)()) noexcept {
  getcontext(&context_);
  context_.uc_stack.ss_sp = lowest;
  context_.uc_stack.ss_size = bytes;
  context_.uc_link = nullptr;
  makecontext(&context_, entry, 0);
}

void stack_position::change(stack_position& here, stack_position& there) noexcept {
  swapcontext(&here.context_, &there.context_);
}

}  // namespace actors::inline v1::detail

#endif
