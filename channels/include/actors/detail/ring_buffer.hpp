// ring_buffer: the first-in, first-out storage of a channel; grows on demand and gives the memory of a burst back.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace actors::inline v1::detail {

/// A queue of T in one power-of-two array. Doubles when full, halves when a quarter full. Elements are moved with T's
/// move constructor, which must not throw. Not synchronised.
template <class T>
class ring_buffer {
 public:
  ring_buffer() = default;
  ring_buffer(const ring_buffer&) = delete;
  ring_buffer& operator=(const ring_buffer&) = delete;
  ring_buffer(ring_buffer&& other) noexcept
      : data_{std::exchange(other.data_, nullptr)},
        slots_{std::exchange(other.slots_, 0)},
        head_{std::exchange(other.head_, 0)},
        size_{std::exchange(other.size_, 0)},
        spare_{std::exchange(other.spare_, 0)} {}
  ~ring_buffer() {
    while (size_ != 0) pop_front();
    free_array(data_);
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T& front() noexcept { return data_[head_]; }
  /// The element that `index` others are in front of. Precondition: there is one.
  T& operator[](std::size_t index) noexcept { return data_[slot(index)]; }

  /// Whether one more element can be added without `reserve_one`. So it is after every `pop_front`.
  bool has_room() const noexcept { return size_ < slots_; }
  /// Whether there is an element, and `pop_front` leaves the array as it is.
  bool stays() const noexcept { return size_ > spare_; }

  /// Makes room for one more element. Throws std::bad_alloc, changing nothing.
  void reserve_one() {
    if (!has_room()) [[unlikely]]
      move_to(allocate(next_size()), next_size());
  }
  /// The same for those who can do without; false, and nothing is changed, where there is no memory.
  bool try_reserve_one() noexcept { return has_room() || try_move_to(next_size()); }

  /// Precondition: there is room (`reserve_one`).
  void push_back(T&& value) noexcept {
    ::new (static_cast<void*>(data_ + slot(size_))) T(std::move(value));
    ++size_;
  }

  /// Precondition: not empty.
  void pop_front() noexcept {
    const bool too_large = !stays();
    drop_front();
    if (too_large && spare_ != 0) [[unlikely]]
      shrink();
  }
  /// The same where the array stays as it is.
  void drop_front() noexcept {
    data_[head_].~T();
    head_ = slot(1);
    --size_;
  }

  void swap(ring_buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(slots_, other.slots_);
    std::swap(head_, other.head_);
    std::swap(size_, other.size_);
    std::swap(spare_, other.spare_);
  }

 private:
  static constexpr std::size_t minimum = 4;
  // Arrays up to this many slots (and 64 KiB) are kept for the next burst.
  static constexpr std::size_t fitting = 65536 / sizeof(T);
  static constexpr std::size_t keep = fitting < minimum ? minimum : fitting > 1024 ? 1024 : fitting;

  std::size_t slot(std::size_t index) const noexcept { return (head_ + index) & (slots_ - 1); }

  static T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{alignof(T)}));
  }
  static void free_array(T* array) noexcept {
    if (array != nullptr) ::operator delete (array, std::align_val_t{alignof(T)});
  }

  std::size_t next_size() const noexcept { return size_ == 0 ? minimum : 2 * slots_; }

  // Giving memory back is a kindness, not a duty: where the smaller array cannot be had, the larger one stays.
  void shrink() noexcept { try_move_to(slots_ / 2); }

  bool try_move_to(std::size_t count) noexcept {
    void* const array = ::operator new (count * sizeof(T), std::align_val_t{alignof(T)}, std::nothrow);
    if (array == nullptr) return false;
    move_to(static_cast<T*>(array), count);
    return true;
  }

  void move_to(T* array, std::size_t count) noexcept {
    for (std::size_t i = 0; i != size_; ++i) {
      T& from = data_[slot(i)];
      ::new (static_cast<void*>(array + i)) T(std::move(from));
      from.~T();
    }
    free_array(data_);
    data_ = array;
    slots_ = count;
    spare_ = count > keep ? count / 4 : 0;
    head_ = 0;
  }

  T* data_ = nullptr;
  std::size_t slots_ = 0;  ///< a power of two, or 0
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  std::size_t spare_ = 0;  ///< with fewer elements the array is to be halved
};

}  // namespace actors::inline v1::detail
