// segment_queue: counters of senders and receivers, and a cell for each pair of them in an endless array.
#pragma once

#include <actors/detail/atomic.hpp>

#include "parked.hpp"
#include "segments.hpp"

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace bench::cores {

/// After Koval, Khalanskiy, Alistarh, "Fast and Scalable Channels in Kotlin Coroutines" (PPoPP 2023), buffered, without
/// cancellation. The i-th send and the i-th receive meet in cell i; each draws its number with one fetch_add, and the
/// two settle by compare-and-swap of the cell's state which of them comes first.
///
/// Differences from the paper. As no wait is cancelled the end of the buffer is always `receivers_ + capacity`, so it
/// needs no counter of its own: sender s need not wait when s < receivers_ + capacity. And there is no garbage
/// collector: `segments` counts the cells that are done.
///
/// Receiver r, having drawn its number, first lets the sender of cell r + capacity go on, and then turns to its own
/// cell. If it sees that this sender has not drawn its number, it need not look at that cell: the sender will see the
/// receiver's number. (Both raise their counter and then read the other one, all seq_cst.) It follows that whoever
/// comes second to a cell, and so is done with it, comes after all that its receiver does in a later cell.
///
/// States of a cell, in the order in which they may follow:
///   empty -> room (a receiver has let the sender go on) | broken (its receiver would not wait for a sender that is
///   late: both draw new numbers) | buffered | a sender that waits | a receiver that waits; room -> buffered | broken;
///   a sender that waits -> buffered | taken.
/// A change of the state is a CAS that is acq_rel: it carries the value. Where there is no memory for a segment the
/// program ends (`await_suspend` is noexcept): a number that was drawn cannot be given back.
template <class T, std::uint32_t SegmentSize = 32>
class segment_queue {
 public:
  explicit segment_queue(std::size_t capacity) : capacity_{capacity} {
    array_.start(send_cursor_);
    array_.start(receive_cursor_);
    array_.start(room_cursor_);
  }
  /// What is buffered is destroyed. Nobody waits.
  ~segment_queue() {
    for (std::uint64_t at = receivers_.load(); at < senders_.load(); ++at) {
      cell& each = array_.cell_of(array_.find(receive_cursor_, at), at);
      if (each.state.load() == buffered) each.value()->~T();
    }
  }
  segment_queue(const segment_queue&) = delete;
  segment_queue& operator=(const segment_queue&) = delete;

  class send_operation;
  class receive_operation;
  send_operation send(T value) { return send_operation{*this, std::move(value)}; }
  receive_operation receive() { return receive_operation{*this}; }

  /// While nobody sends or receives.
  std::size_t segments_in_use() const noexcept { return array_.in_use(); }

 private:
  // A state is one of these, or the address of a `parked`; with `is_sender` added where that sends.
  using state_word = std::uintptr_t;
  static constexpr state_word empty = 0;
  static constexpr state_word room = 2;
  static constexpr state_word buffered = 4;
  static constexpr state_word broken = 6;
  static constexpr state_word taken = 8;
  static constexpr state_word is_sender = 1;

  struct cell {
    actors::detail::atomic<state_word> state{empty};
    alignas(T) std::byte bytes[sizeof(T)];
    T* value() noexcept { return std::launder(reinterpret_cast<T*>(bytes)); }
    void reset() noexcept { state.store(empty, std::memory_order_relaxed); }
    bool change(state_word& from, state_word to) noexcept {
      return state.compare_exchange_strong(from, to, std::memory_order_acq_rel, std::memory_order_acquire);
    }
  };
  using segment = typename segments<cell, SegmentSize>::segment;

  static state_word waiting_receiver(parked& node) noexcept { return reinterpret_cast<state_word>(&node); }
  static state_word waiting_sender(parked& node) noexcept { return reinterpret_cast<state_word>(&node) | is_sender; }
  static parked& party_in(state_word word) noexcept { return *reinterpret_cast<parked*>(word & ~is_sender); }

  // Sends `value`; or leaves `node` in the cell (the value is there, too), and gives false.
  bool send_one(T& value, parked& node) {
    for (;;) {
      const std::uint64_t at = senders_.fetch_add(1);
      segment& in = array_.find(send_cursor_, at);
      cell& mine = array_.cell_of(in, at);
      state_word word = mine.state.load(std::memory_order_acquire);
      if (word == empty || word == room) {
        ::new (static_cast<void*>(mine.bytes)) T(std::move(value));
        const bool waits = word == empty && at >= receivers_.load() + capacity_;
        if (mine.change(word, waits ? waiting_sender(node) : buffered)) return !waits;
        if (word == room && mine.change(word, buffered)) return true;
        value = std::move(*mine.value());
        mine.value()->~T();
      }
      if (word == broken) {
        array_.done(in);
        continue;
      }
      parked& receiver = party_in(word);
      *static_cast<T*>(receiver.value) = std::move(value);
      array_.done(in);
      receiver.who->wake();
      return true;
    }
  }

  // Receives into `*node.value`; or leaves `node` in the cell, and gives false.
  bool receive_one(parked& node) {
    for (;;) {
      const std::uint64_t at = receivers_.fetch_add(1);
      if (at + capacity_ < senders_.load()) [[unlikely]]
        make_room(at + capacity_);
      segment& in = array_.find(receive_cursor_, at);
      cell& mine = array_.cell_of(in, at);
      state_word word = mine.state.load(std::memory_order_acquire);
      while (word == empty || word == room) {
        const bool waits = at >= senders_.load();
        if (mine.change(word, waits ? waiting_receiver(node) : broken)) {
          if (waits) return false;
          break;
        }
      }
      if (word == empty || word == room) continue;  // it is broken
      parked* sender = nullptr;
      if ((word & is_sender) != 0 && mine.change(word, taken)) sender = &party_in(word);
      *static_cast<T*>(node.value) = std::move(*mine.value());
      mine.value()->~T();
      array_.done(in);
      if (sender != nullptr) sender->who->wake();
      return true;
    }
  }

  // Lets the sender of cell `at` go on, which has drawn its number.
  void make_room(std::uint64_t at) {
    cell& its = array_.cell_of(array_.find(room_cursor_, at), at);
    state_word word = its.state.load(std::memory_order_acquire);
    while (word == empty || (word & is_sender) != 0) {
      if (!its.change(word, word == empty ? room : buffered)) continue;
      if (word != empty) party_in(word).who->wake();
      return;
    }
  }

  const std::size_t capacity_;
  segments<cell, SegmentSize> array_;
  typename segments<cell, SegmentSize>::cursor send_cursor_;
  typename segments<cell, SegmentSize>::cursor receive_cursor_;
  typename segments<cell, SegmentSize>::cursor room_cursor_;
  alignas(64) actors::detail::atomic<std::uint64_t> senders_{0};
  alignas(64) actors::detail::atomic<std::uint64_t> receivers_{0};
};

template <class T, std::uint32_t SegmentSize>
class [[nodiscard]] segment_queue<T, SegmentSize>::send_operation : public operation<send_operation, segment_queue, T> {
 public:
  using operation<send_operation, segment_queue, T>::operation;
  void await_resume() const noexcept {}

  bool step(actors::waiter& who, std::coroutine_handle<> point) noexcept {
    this->node_.who = &who;
    who.suspend_at(point);
    return this->core_.send_one(this->value_, this->node_);
  }
};

template <class T, std::uint32_t SegmentSize>
class [[nodiscard]] segment_queue<T, SegmentSize>::receive_operation
    : public operation<receive_operation, segment_queue, T> {
 public:
  using operation<receive_operation, segment_queue, T>::operation;
  T await_resume() noexcept { return std::move(this->value_); }

  bool step(actors::waiter& who, std::coroutine_handle<> point) noexcept {
    this->node_.who = &who;
    this->node_.value = &this->value_;
    who.suspend_at(point);
    return this->core_.receive_one(this->node_);
  }
};

}  // namespace bench::cores
