// channel_core: the part of a channel that does not depend on the type of its values: endpoints, closing, waiting.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/wait_lock.hpp>
#include <actors/waiter.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>

namespace actors::inline v1::detail {

/// Invariants, all under `lock_`:
///   - live receivers wait only while the buffer is empty and no live sender waits;
///   - live senders wait only while the first of them does not fit into the buffer;
///   - once `closed_` is set it stays, and so does `reason_`; nobody waits ("live": not claimed by a cancellation).
/// Values are moved only under the lock and only by the one who claimed the waiter on the other side. Nobody is woken
/// under the lock. `senders_` and `receivers_` count endpoints: increments are relaxed (an endpoint is copied from a
/// living one, or while they are not zero), the decrement to zero is acq_rel, so that the one who closes sees what all
/// others did. `sides_` keeps the memory: one for the senders, one for the receivers, one for each weak sender.
class channel_core {
 public:
  channel_core(const channel_core&) = delete;
  channel_core& operator=(const channel_core&) = delete;

  /// Ends the channel: later sends fail, waiting parties are woken; what is buffered can still be received. `reason`:
  /// what both sides throw then in place of the usual end. Without effect on one that is closed.
  void close(std::exception_ptr reason = nullptr) noexcept;
  bool closed() const noexcept;
  /// Of a channel that the caller has found closed.
  const std::exception_ptr& reason() const noexcept { return reason_; }
  /// At any time; null where there is none.
  std::exception_ptr current_reason() const noexcept;

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t size() const noexcept;
  /// In reports of a simulation.
  std::uint32_t number() const noexcept { return number_of(senders_); }

  void add_sender() noexcept { senders_.fetch_add(1, std::memory_order_relaxed); }
  /// False where there is no sender any more.
  bool add_sender_if_open() noexcept;
  void add_weak() noexcept { sides_.fetch_add(1, std::memory_order_relaxed); }
  void drop_weak() noexcept { drop_side(); }
  void add_receiver() noexcept { receivers_.fetch_add(1, std::memory_order_relaxed); }
  void drop_sender() noexcept;
  void drop_receiver() noexcept;

  // For a party that waits at several sources: it has armed and holds the lock.
  wait_lock& lock() const noexcept { return lock_; }
  void list_receiver(wait_node& node) noexcept { waiting_receivers_.push_back(node); }
  void list_sender(wait_node& node) noexcept { waiting_senders_.push_back(node); }

  /// Takes a waiter that was not served out of the channel, after its cancellation. Called by the waiting party.
  void withdraw_receiver(wait_node& node) noexcept;
  void withdraw_sender(wait_node& node) noexcept;

 protected:
  explicit channel_core(std::size_t capacity) noexcept : capacity_{capacity} {}
  virtual ~channel_core() = default;

  /// Destroys what is buffered: nobody is left to receive it. Called without the lock.
  virtual void drop_values() noexcept = 0;
  /// Moves values of waiting senders into the buffer while they fit. Called with the lock.
  virtual void admit_senders(wake_batch& woken) noexcept = 0;

  /// Whether `weight` more items may be buffered. One value heavier than the whole capacity fits an empty buffer.
  bool fits(std::size_t weight) const noexcept {
    return capacity_ != 0 && (used_ == 0 || (used_ <= capacity_ && weight <= capacity_ - used_));
  }

  /// Enters `node` into `list` as the wait of `who`; false when a cancellation is pending.
  static bool enlist(wait_list& list, wait_node& node, waiter::wait_at_lock& visit, waiter& who,
                     std::coroutine_handle<> point) noexcept {
    who.suspend_at(point);
    if (!visit.arm()) return false;
    node.who = &who;
    list.push_back(node);
    return true;
  }

  [[no_unique_address]] mutable wait_lock lock_;
  bool closed_ = false;
  const std::size_t capacity_;
  std::size_t used_ = 0;  ///< items buffered
  wait_list waiting_receivers_;
  wait_list waiting_senders_;

 private:
  void drop_side() noexcept;

  atomic<std::uint32_t> senders_{1};
  atomic<std::uint32_t> receivers_{1};
  atomic<std::uint32_t> sides_{2};
  std::exception_ptr reason_;
};

/// With the reason of the channel, or without one.
[[noreturn]] void throw_channel_closed(const std::exception_ptr& reason = nullptr);
[[noreturn]] void throw_empty_sender();
/// Answers a pending cancellation of `who`.
[[noreturn]] void throw_cancelled(waiter& who);

}  // namespace actors::inline v1::detail
