#include "support/short_of_memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

thread_local constinit bool memory_is_short = false;
thread_local constinit std::size_t good_ones = 0;

void* allocate(std::size_t size, std::size_t alignment) noexcept {
  if (memory_is_short) {
    if (good_ones == 0) return nullptr;
    --good_ones;
  }
  return alignment <= alignof(std::max_align_t)
             ? std::malloc(size != 0 ? size : 1)
             : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}
void* allocate_or_throw(std::size_t size, std::size_t alignment) {
  if (void* const memory = allocate(size, alignment)) return memory;
  throw std::bad_alloc{};
}

}  // namespace

void* operator new(std::size_t size) { return allocate_or_throw(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace test {

short_of_memory::short_of_memory(std::size_t good) noexcept {
  good_ones = good;
  memory_is_short = true;
}
short_of_memory::~short_of_memory() { memory_is_short = false; }

}  // namespace test
