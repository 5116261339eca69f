// queue_items: where queue and lifo_queue keep their values.
#pragma once

#include <actors/detail/channel_state.hpp>
#include <actors/detail/ring_buffer.hpp>

#include <cstddef>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

/// Gives half of the memory back where a quarter is used, as a ring_buffer does. `values` has room for one more
/// afterwards, if it had before. Where the smaller array cannot be had, the larger one stays.
template <class E>
void give_memory_back(std::vector<E>& values) noexcept {
  constexpr std::size_t fitting = 65536 / sizeof(E);
  constexpr std::size_t keep = fitting < 4 ? 4 : fitting > 1024 ? 1024 : fitting;
  if (values.size() * 4 > values.capacity() || values.capacity() <= keep) [[likely]]
    return;
  try {
    std::vector<E> smaller;
    smaller.reserve(values.capacity() / 2);
    for (E& each : values) smaller.push_back(std::move(each));
    values.swap(smaller);
  } catch (const std::bad_alloc&) {
    // It is a kindness, not a duty.
  }
}

/// First in, first out.
template <class T>
class fifo_items {
 public:
  std::size_t size() const noexcept { return values_.size(); }
  bool has_room() const noexcept { return values_.has_room(); }
  void reserve_one() { values_.reserve_one(); }
  void push(T&& value) noexcept { values_.push_back(std::move(value)); }
  void take(std::optional<T>& into) noexcept {
    into.emplace(std::move(values_.front()));
    values_.pop_front();
  }

 private:
  ring_buffer<T> values_;
};

/// Last in, first out.
template <class T>
class lifo_items {
 public:
  std::size_t size() const noexcept { return values_.size(); }
  bool has_room() const noexcept { return values_.size() != values_.capacity(); }
  void reserve_one() { make_room(values_, 1); }
  void push(T&& value) noexcept { values_.push_back(std::move(value)); }
  void take(std::optional<T>& into) noexcept {
    into.emplace(std::move(values_.back()));
    values_.pop_back();
    give_memory_back(values_);
  }

 private:
  std::vector<T> values_;
};

}  // namespace actors::inline v1::detail
