// linked_list: a doubly linked list through two members of its elements.
#pragma once

namespace actors::inline v1::detail {

struct task_offsets;

/// Owns nothing. An element is in at most one list that uses the same two members; who knows which, is up to the user.
template <class T, T* T::*Next, T* T::*Prev>
class linked_list {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  T* first() const noexcept { return first_; }
  T* last() const noexcept { return last_; }

  void push_front(T& element) noexcept {
    element.*Prev = nullptr;
    element.*Next = first_;
    (first_ != nullptr ? first_->*Prev : last_) = &element;
    first_ = &element;
  }
  void push_back(T& element) noexcept {
    element.*Next = nullptr;
    element.*Prev = last_;
    (last_ != nullptr ? last_->*Next : first_) = &element;
    last_ = &element;
  }
  void remove(T& element) noexcept {
    (element.*Prev != nullptr ? (element.*Prev)->*Next : first_) = element.*Next;
    (element.*Next != nullptr ? (element.*Next)->*Prev : last_) = element.*Prev;
  }

 private:
  friend struct task_offsets;
  T* first_ = nullptr;
  T* last_ = nullptr;
};

}  // namespace actors::inline v1::detail
