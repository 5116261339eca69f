// channel_core: the part of a channel that does not depend on the type of its values: endpoints, closing, waiting.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/channel_entry.hpp>
#include <actors/detail/channel_observer.hpp>
#include <actors/detail/returned_values.hpp>
#include <actors/detail/wait_lock.hpp>
#include <actors/wait_list.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>

namespace actors::inline v1 {

/// What becomes of a send for which there is no room in a channel (and no receiver waits). All but `wait` let no sender
/// wait, and count what they drop (`dropped`). With capacity 0 nothing is kept: they drop what nobody waits for.
enum class overflow : std::uint8_t {
  wait,         ///< the sender waits
  drop_oldest,  ///< what has been in the channel longest goes
  drop_newest,  ///< the value that is sent goes
  keep_latest   ///< all that is in the channel goes: what is received next is the latest
};

/// How a channel stands, as `statistics` found it. Of a moment that is past.
struct channel_statistics {
  std::size_t size = 0;               ///< items buffered, and values that were given back
  std::size_t capacity = 0;           ///< items that fit
  std::size_t reserved = 0;           ///< places for which there are permits
  std::size_t unacknowledged = 0;     ///< values that are delivered, and neither acknowledged nor given back
  std::size_t senders = 0;            ///< endpoints
  std::size_t receivers = 0;          ///< endpoints
  std::size_t waiting_senders = 0;    ///< parties that wait to send, or for a permit
  std::size_t waiting_receivers = 0;  ///< parties that wait for a value
  std::uint64_t dropped = 0;          ///< values that there was no room for, so far
  bool closed = false;
};

}  // namespace actors::inline v1

namespace actors::inline v1::detail {

/// What a step on a channel came to: `suspended` means the waiter is listed and belongs to the channel now.
enum class channel_step : std::uint8_t { done, not_ready, closed, cancelled, suspended };

/// What a receive goes on with when it has its value: an extended rendezvous holds the sender, a delivery is to be
/// acknowledged. Guarded by the lock of the channel until the receiver is woken.
struct open_receive {
  bool acknowledges = false;  ///< a delivery
  std::uint32_t attempt = 1;  ///< as `returned_value`
  std::uint64_t ticket = 0;
  waiter* sender = nullptr;  ///< who is held: until `decide`
};

/// Invariants, all under `lock_`:
///   - live receivers wait only while the buffer is empty, nothing has been given back, and no live sender waits;
///   - live senders, and those who wait for a permit, wait only while the first of them does not fit into the buffer:
///     the first by the order in which they came, which each node has noted. (Or while there is no memory for it there:
///     the next receive, permit that is given back, or party that leaves the line admits it);
///   - `used_` counts the items that are buffered, and one for each place for which there is a permit;
///   - once `closed_` is set it stays, and so does `reason_`; nobody waits ("live": not claimed by a cancellation), but
///     receivers while a delivery is neither acknowledged nor given back.
/// Values are moved only under the lock and only by the one who claimed the waiter on the other side. Nobody is woken
/// under the lock. `senders_` and `receivers_` count endpoints: increments are relaxed (an endpoint is copied from a
/// living one, or while they are not zero), the decrement to zero is acq_rel, so that the one who closes sees what all
/// others did. `sides_` keeps the memory: one for the senders, one for the receivers, one for each weak sender and each
/// delivery.
class channel_core : public channel_entry {
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

  /// Whether senders do not wait, as what does not fit is dropped.
  bool drops() const noexcept { return overflow_ != overflow::wait; }
  std::uint64_t dropped() const noexcept;
  channel_statistics statistics() const noexcept;

  /// Reserves a place for one item, or begins a node in `place` and lists it to wait for one.
  /// Both throw std::bad_alloc at the first permit of a channel.
  channel_step reserve(node_place& place, waiter& who, std::coroutine_handle<> point);
  channel_step try_reserve();
  /// Gives such a place back.
  void give_back_place() noexcept;
  /// The same for a permit, which is a sender, too.
  void drop_permit() noexcept {
    give_back_place();
    drop_sender();
  }

  /// Ends an extended rendezvous: the sender goes on, where one is held.
  static void let_go(open_receive& ended) noexcept;
  /// One delivery is over: its value is done with.
  void acknowledge() noexcept;

  /// Of a lock that is a channel's.
  static const channel_core& of(const wait_lock& its) noexcept;
  /// At any time, without the lock, as long as the memory is there.
  void describe(source_report& into) const noexcept;
  /// Calls `look` for those who wait here, with the lock; for some thousand at most.
  void visit_waiters(void (*look)(const wait_node& node, void* context), void* context) const;

  // For a party that waits at several sources: it has armed and holds the lock.
  wait_lock& lock() const noexcept { return lock_; }
  void list_receiver(wait_node& node) noexcept { enter(waiting_receivers_, node); }
  void list_sender(wait_node& node) noexcept { enter(waiting_senders_, node); }
  /// Before the two below, and without the lock. Throws std::bad_alloc at the first permit of a channel.
  void need_rare_part();
  /// Reserves a place, where that is this party's turn.
  channel_step take_place() noexcept;
  void list_reserver(wait_node& node) noexcept { enter(rare_->waiting_reservers, node); }

  /// Takes a waiter that was not served out of the channel, after its cancellation. Called by the waiting party.
  void withdraw_receiver(wait_node& node) noexcept;
  void withdraw_sender(wait_node& node) noexcept;
  void withdraw_reserver(wait_node& node) noexcept;

 protected:
  channel_core(std::size_t capacity, overflow policy, const channel_birth& born)
      : channel_entry{channel_type::channel, born},
        overflow_{policy},
        notes_reads_{unread_channels_told_to.load(std::memory_order_relaxed) != nullptr},
        mostly_plain_{capacity != 0 && policy == overflow::wait},
        capacity_{capacity},
        plain_{policy == overflow::wait && !notes_reads_ ? capacity : 0},
        rare_{policy == overflow::wait && !notes_reads_ ? nullptr : new rare_part} {
    if (notes_reads_) rare_->unread = true;
  }
  virtual ~channel_core() = default;

  /// Destroys what is buffered: nobody is left to receive it. Called without the lock.
  virtual void drop_values() noexcept = 0;
  /// Moves values of waiting senders into the buffer while they fit. Where there is no memory for the next one it stays
  /// listed, with its value, and so do those behind it; the next call tries again. Called with the lock.
  virtual void admit_senders(wake_batch& woken) noexcept = 0;

  /// Whether `weight` more items may be buffered. One value heavier than the whole capacity fits an empty buffer.
  bool fits(std::size_t weight) const noexcept {
    return capacity_ != 0 && (used_ == 0 || (used_ <= capacity_ && weight <= capacity_ - used_));
  }
  /// With the lock: whether a send comes to no more than an item in the buffer, if that has room; a receive, if there
  /// is one.
  bool sends_plainly() const noexcept {
    return used_ < plain_ && waiting_senders_.empty() && waiting_receivers_.empty();
  }
  bool receives_plainly() const noexcept { return rare_ == nullptr && waiting_senders_.empty(); }
  /// With the lock: where it says no, what is left in the channel is destroyed by others, or was.
  bool receivers_left() const noexcept { return receivers_.load(std::memory_order_relaxed) != 0; }
  std::size_t there() const noexcept {
    return rare_ != nullptr ? used_ - rare_->reserved + rare_->returned.size() : used_;
  }
  /// Whether there is a place for one more permit. A rendezvous has one place for what is sent with a permit.
  bool fits_permit() const noexcept { return capacity_ == 0 ? used_ == 0 : fits(1); }
  /// Whether nobody waits for room who could still be served.
  bool nobody_waits_for_room() noexcept {
    return (waiting_senders_.empty() && rare_ == nullptr) || nobody_live_waits_for_room();
  }
  bool nobody_live_waits_for_room() noexcept;
  /// Gives permits to those who wait for them, as long as that is their turn. With the lock.
  void admit_reservers(wake_batch& woken) noexcept;

  /// Tells an observer who waits here, with the lock.
  void tell_wait(const wait_list& in) const noexcept;

  /// Begins a node and enters it into `list` as the wait of `who`: `suspended`, or `cancelled` when a cancellation is
  /// pending. `slot`: for the one who serves it.
  channel_step enlist(wait_list& list, node_place& place, void* slot, waiter::wait_at_lock& visit, waiter& who,
                      std::coroutine_handle<> point) noexcept {
    who.suspend_at(point);
    if (!visit.arm()) return channel_step::cancelled;
    wait_node& node = place.begin(who);
    node.slot = slot;
    enter(list, node);
    if (channels_observed_by.load(std::memory_order_relaxed) != nullptr) [[unlikely]]
      tell_wait(list);
    return channel_step::suspended;
  }
  void enter(wait_list& list, wait_node& node) noexcept {
    if (rare_ != nullptr) [[unlikely]]
      node.came = ++rare_->arrivals;
    list.push_back(node);
  }

  static bool came_before(const wait_node& a, const wait_node& b) noexcept {
    return static_cast<std::int32_t>(a.came - b.came) < 0;
  }

  /// What most channels never need.
  struct rare_part {
    wait_list waiting_reservers;  ///< who waits for a permit
    std::size_t reserved = 0;     ///< places for which there are permits
    std::uint64_t dropped = 0;
    std::uint32_t arrivals = 0;  ///< of those who waited since there is this part, counted
    std::uint64_t tickets = 0;   ///< values that were delivered for the first time
    std::size_t unacknowledged = 0;
    returned_values returned;  ///< they take no room
    bool unread = false;       ///< where reads are noted: nobody received since the channel was made, or tried to
  };
  /// A value was received that is to be acknowledged. With the lock.
  void begin_delivery(open_receive& by) noexcept {
    ++rare_->unacknowledged;
    if (by.ticket == 0) by.ticket = ++rare_->tickets;
  }
  /// Nobody waits any more where nothing can come.
  void end_receivers(wake_batch& woken) noexcept;

  [[no_unique_address]] mutable wait_lock lock_;
  bool closed_ = false;
  const overflow overflow_;
  const bool notes_reads_;   ///< debug mode: it has a rare part from the beginning
  const bool mostly_plain_;  ///< whether to ask the two above is worth while

 private:
  friend struct channel_offsets;
  void drop_side() noexcept;
  void tell_unread() const noexcept;
  void withdraw(wait_list& list, wait_node& node) noexcept;
  void end_waits(wait_list& list, wake_batch& woken) noexcept;

  atomic<std::uint32_t> sides_{2};
  atomic<std::uint32_t> senders_{1};
  atomic<std::uint32_t> receivers_{1};

 protected:
  const std::size_t capacity_;
  std::size_t plain_;  ///< the capacity, while the channel is open and has no rare part; 0 from then on
  std::size_t used_ = 0;
  wait_list waiting_receivers_;
  wait_list waiting_senders_;
  std::unique_ptr<rare_part> rare_;  ///< made under the lock and never replaced

 private:
  std::exception_ptr reason_;
};

/// With the reason of the channel, or without one.
[[noreturn]] void throw_channel_closed(const std::exception_ptr& reason = nullptr);
/// Throws usage_error for a channel with a buffer; `call` is what was tried.
void need_rendezvous(const channel_core& at, const char* call);
[[noreturn]] void throw_empty_sender();
[[noreturn]] void throw_empty_permit();
/// Answers a pending cancellation of `who`.
[[noreturn]] void throw_cancelled(waiter& who);

}  // namespace actors::inline v1::detail
