// stack_store: memory for the stacks of fibers, kept for the next simulation of the same thread.
#pragma once

#include <cstddef>
#include <vector>

namespace actors::inline v1::detail {

/// Stacks with a guard page below: running over the end is a fault, not a silent damage. Making one costs two calls of
/// the system, and its memory is touched anew; so those that were used are kept, up to `most_kept`.
class stack_store {
 public:
  stack_store() = default;
  ~stack_store();
  stack_store(const stack_store&) = delete;
  stack_store& operator=(const stack_store&) = delete;

  /// The lowest byte of a stack of `bytes`, a multiple of the size of a page. Throws std::bad_alloc.
  std::byte* take(std::size_t bytes);
  void give_back(std::byte* stack, std::size_t bytes) noexcept;

  /// `bytes`, rounded up.
  static std::size_t whole_pages(std::size_t bytes) noexcept;

  /// Of the calling thread.
  static stack_store& here() noexcept;

 private:
  static constexpr std::size_t most_kept = 64;
  struct kept {
    std::byte* stack;
    std::size_t bytes;
  };
  std::vector<kept> kept_;
};

}  // namespace actors::inline v1::detail
