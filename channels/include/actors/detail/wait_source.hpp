// wait_source: what one-shot, broadcast and watch channels have in common: endpoints, closing, and how one waits there.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/channel_core.hpp>
#include <actors/detail/channel_observer.hpp>
#include <actors/detail/shared_end.hpp>
#include <actors/detail/wait_lock.hpp>
#include <actors/detail/wait_operation.hpp>
#include <actors/wait_list.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>

namespace actors::inline v1::detail {

/// A channel whose senders never wait for room. A receiver may wait for what is sent, a sender until nobody receives.
///
/// Invariants, all under `lock_`:
///   - once `closed_` is set it stays, and so does `reason_`; then nobody is in `waiting_`;
///   - somebody is in `deserted_` only while there are receivers.
/// A step has three parts, which a wait at several places at once needs one by one: to take what is there (`take`, in
/// the classes derived from this), to list a node where nothing is (`enlist`), both with the lock, and to take the node
/// out again after a cancellation (`withdraw`). Nobody is woken and no value is destroyed under the lock.
/// `senders_` counts endpoints: increments are relaxed (from a living one), the decrement to zero is acq_rel, so that
/// who closes sees what all others did. `owners_` keeps the memory in the same way: one for all senders together, one
/// for each receiver, one for each weak sender, and one for each wait that may outlive its endpoint.
class wait_source : public channel_entry {
 public:
  wait_source(const wait_source&) = delete;
  wait_source& operator=(const wait_source&) = delete;

  /// Ends the channel: later sends fail, receivers find what is there and then the end. `reason`: what they throw in
  /// place of it. Without effect on one that is closed.
  void close(std::exception_ptr reason = nullptr) noexcept;
  bool closed() const noexcept;
  /// Of a channel that the caller has found closed.
  const std::exception_ptr& reason() const noexcept { return reason_; }
  /// At any time; null where there is none.
  std::exception_ptr current_reason() const noexcept;

  /// In reports of a simulation.
  std::uint32_t number() const noexcept { return number_of(owners_); }

  void add_sender() noexcept { senders_.fetch_add(1, std::memory_order_relaxed); }
  void drop_sender() noexcept;
  /// False where there is no sender any more.
  bool add_sender_if_open() noexcept;
  void add_weak() noexcept { add_owner(); }
  void drop_weak() noexcept { drop_owner(); }
  void add_owner() noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }
  void drop_owner() noexcept;
  std::size_t receivers() const noexcept;

  /// Lists `node` until there is no receiver any more; `done` where there is none.
  channel_step await_desertion(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;

  /// Of a lock that is that of such a channel.
  static const wait_source& of(const wait_lock& its) noexcept;
  /// At any time, without the lock, as long as the memory is there.
  void describe(source_report& into) const noexcept;
  void visit_waiters(void (*look)(const wait_node& node, void* context), void* context) const;

  // For a party that waits at several sources: it holds the lock, and where it lists a node it has armed.
  wait_lock& lock() const noexcept { return lock_; }
  bool deserted() const noexcept { return receivers_ == 0; }
  void list_receiver(wait_node& node) noexcept { waiting_.push_back(node); }
  void list_sender(wait_node& node) noexcept { deserted_.push_back(node); }

  /// Take a waiter that was not served out of the channel, after its cancellation. Called by the waiting party.
  void withdraw_receiver(wait_node& node) noexcept { withdraw(waiting_, node); }
  void withdraw_sender(wait_node& node) noexcept { withdraw(deserted_, node); }

 protected:
  wait_source(channel_type type, const channel_birth& born) : channel_entry{type, born} {}
  virtual ~wait_source() = default;

  /// Enters `node` into `list` as the wait of `who`: `suspended`, or `cancelled` when a cancellation is pending.
  static channel_step enlist(wait_list& list, wait_kind what, wait_node& node, waiter::wait_at_lock& visit, waiter& who,
                             std::coroutine_handle<> point) noexcept {
    who.suspend_at(point);
    if (!visit.arm()) return channel_step::cancelled;
    list.push_back(node);
    observe_wait(what);
    return channel_step::suspended;
  }
  /// With the lock.
  void claim_all(wait_list& list, wait_outcome outcome, wake_batch& woken) noexcept;
  void end(std::exception_ptr reason, wake_batch& woken) noexcept;

  mutable wait_lock lock_;
  bool closed_ = false;
  std::uint32_t receivers_ = 1;
  wait_list waiting_;   ///< receivers
  wait_list deserted_;  ///< senders, until nobody receives
  std::exception_ptr reason_;

 private:
  friend struct channel_offsets;
  void withdraw(wait_list& list, wait_node& node) noexcept;

  atomic<std::uint32_t> senders_{1};
  atomic<std::uint32_t> owners_{2};
};

/// The part of a wait of a select that all sources of a class have in common. `closed` is an end as any other, but for
/// a reason.
template <class Source>
class source_party {
 public:
  explicit source_party(Source* of) noexcept : source_{of} {}
  wait_lock* lock() const noexcept { return source_ != nullptr ? &source_->lock() : nullptr; }
  void withdraw(wait_node& node) noexcept { source_->withdraw_receiver(node); }

 protected:
  bool list(wait_node& node, void* slot) noexcept {
    node.slot = slot;
    source_->list_receiver(node);
    return true;
  }
  /// Whether the wait was served; false where the channel has ended. Throws its reason.
  bool served(wait_outcome how) const {
    if (how == wait_outcome::closed && source_->reason() != nullptr) throw_channel_closed(source_->reason());
    return how == wait_outcome::delivered;
  }
  Source* source_;
};

/// Keeps the memory of a channel, and nothing else.
using kept_source = shared_end<wait_source, &wait_source::add_owner, &wait_source::drop_owner>;

/// Waits until nobody receives; of no channel it does not wait.
class [[nodiscard("co_await it")]] desertion_operation : public wait_operation<desertion_operation> {
 public:
  explicit desertion_operation(wait_source * of) noexcept : of_{kept_source::another(of)} {}

  static constexpr wait_kind what = wait_kind::desertion;
  wait_source* source() const noexcept { return of_.get(); }
  channel_step enter(node_place & place, waiter & who, std::coroutine_handle<> point) noexcept {
    return of_->await_desertion(place.begin(who), who, point);
  }
  void withdraw(wait_node & node) noexcept { of_->withdraw_sender(node); }

  void await_resume() { served(); }

 private:
  const kept_source of_;
};

/// The same in a select, where no channel is never ready.
class desertion_wait {
 public:
  using given = void;
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits, "on_closed(out, handler), on_no_receivers(out, handler): the handler is called with nothing");
    return true;
  }
  explicit desertion_wait(wait_source* of) noexcept : of_{kept_source::another(of)} {}

  wait_lock* lock() const noexcept { return of_ != nullptr ? &of_->lock() : nullptr; }
  channel_step take(wake_batch&) noexcept { return of_->deserted() ? channel_step::done : channel_step::not_ready; }
  bool list(wait_node& node) noexcept {
    of_->list_sender(node);
    return true;
  }
  void withdraw(wait_node& node) noexcept { of_->withdraw_sender(node); }
  void result(wait_outcome) noexcept {}

 private:
  kept_source of_;
};

}  // namespace actors::inline v1::detail
