#include "stack_store.hpp"

#include "fiber_sanitizer.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>

namespace actors::inline v1::detail {

namespace {

std::size_t page_bytes() noexcept {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

void unmap(std::byte* stack, std::size_t bytes) noexcept { munmap(stack - page_bytes(), bytes + page_bytes()); }

}  // namespace

stack_store::~stack_store() {
  for (const kept& each : kept_) unmap(each.stack, each.bytes);
}

std::byte* stack_store::take(std::size_t bytes) {
  const auto same = std::find_if(kept_.rbegin(), kept_.rend(), [&](const kept& each) { return each.bytes == bytes; });
  if (same != kept_.rend()) {
    std::byte* stack = same->stack;
    kept_.erase(std::next(same).base());
    fiber_sanitizer::unpoison(stack, bytes);
    return stack;
  }
  kept_.reserve(most_kept);
  void* memory = mmap(nullptr, bytes + page_bytes(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc{};
  mprotect(memory, page_bytes(), PROT_NONE);
  return static_cast<std::byte*>(memory) + page_bytes();
}

void stack_store::give_back(std::byte* stack, std::size_t bytes) noexcept {
  if (kept_.size() == most_kept) return unmap(stack, bytes);
  kept_.push_back({stack, bytes});
}

std::size_t stack_store::whole_pages(std::size_t bytes) noexcept {
  return (bytes + page_bytes() - 1) / page_bytes() * page_bytes();
}

stack_store& stack_store::here() noexcept {
  thread_local stack_store store;
  return store;
}

}  // namespace actors::inline v1::detail
