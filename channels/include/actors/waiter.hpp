// waiter: a party that can suspend, and the protocol by which its wait is decided exactly once. The second of the two
// protocols channels rest on; timers, joins, locks and I/O of the layers above use the same one.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/executor.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>

// clang before 17 may keep locals of an inlined await_suspend in the coroutine's frame, where they are gone as soon as
// somebody resumes the coroutine (LLVM issue 56301). Every await_suspend that publishes its coroutine carries this.
#if defined(__clang__) && __clang_major__ < 17
#define ACTORS_SUSPENDS [[gnu::noinline]]
#else
#define ACTORS_SUSPENDS
#endif

namespace actors::inline v1 {

class waiter;

/// Looks at a wake-up before the coroutine sees it. Lives in the awaiter, for waits that a cancellation does not simply
/// end (a join hands the cancellation on and keeps waiting). Returns false to stay suspended.
struct wake_filter {
  bool (*resume)(wake_filter&, waiter&) noexcept = nullptr;
  std::coroutine_handle<> resume_point;  ///< where the party goes on; set by `waiter::suspend_at`
};

/// A party that can wait: a task, or a plain thread.
///
/// One wait at a time. Life of a wait:
///   1. The party, under the lock of the source it waits for (channel, timer queue, ...), calls `arm()`, then enters a
///      node into the source's list, unlocks, and touches neither itself nor its frame again until it is resumed.
///   2. Whoever decides the wait calls `claim()` first; only the one for whom it returns true may write the outcome and
///      must post the waiter exactly once. Completers call it under the source's lock, with the node still listed.
///   3. `request_cancel()` is a claimant too. It knows no source: it only posts. The resumed party finds no outcome in
///      its node and withdraws the node itself, under the source's lock.
///
/// Invariants of `word_` (phase | pending | decided | count):
///   - phase `running -> waiting` is done by the party alone, `waiting -> running` by exactly one claimant;
///   - while a node is listed, its waiter's frame exists: only a party that withdrew its nodes goes on;
///   - `pending` is set by request_cancel and cleared by the party when it takes the cancellation (or `uncancel`s it);
///   - `decided` is set by claim_armed and cleared by the party's next `arm`.
/// Memory order: every change of `word_` is one read-modify-write with acq_rel, so that the claimant sees what the
/// party wrote before it armed; the party sees the outcome through the executor's queue (release on post, acquire on
/// run).
class waiter : public runnable {
 public:
  /// How many operations may complete without suspending in one turn, before the party steps back once.
  static constexpr std::uint8_t turn_budget = 128;

  waiter() = default;
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;

  executor* home = nullptr;  ///< where this party is posted when its wait is decided

  /// Starts a wait. Returns false, changing nothing, when a cancellation is pending: the party must not suspend but
  /// take the cancellation. Called by the party itself.
  bool arm() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    do {
      if ((word & pending_bit) != 0) return false;
    } while (!word_.compare_exchange_weak(word, (word & ~decided_bit) | waiting, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
    return true;
  }

  /// Starts a wait that a cancellation does not end (it stays pending). Called by the party itself.
  void arm_shielded() noexcept { word_.fetch_or(shielded, std::memory_order_acq_rel); }

  /// For a party that a cancellation woke, and that is to wait on, shielded: false, changing nothing, where claim_armed
  /// was called since it armed. Otherwise the wait can end at once: the caller touches neither the party nor its frame.
  /// Only for waits that nothing but a cancellation and claim_armed decide.
  bool rearm() noexcept {
    std::uint32_t word = word_.load(std::memory_order_acquire);
    do {
      if ((word & decided_bit) != 0) return false;
    } while (!word_.compare_exchange_weak(word, word | shielded, std::memory_order_acq_rel, std::memory_order_acquire));
    return true;
  }

  /// Decides the wait; true for exactly one caller.
  bool claim() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    while ((word & phase_mask) != 0) {
      if (word_.compare_exchange_weak(word, word & ~phase_mask, std::memory_order_acq_rel, std::memory_order_relaxed))
        return true;
    }
    return false;
  }

  /// The same where a cancellation may have woken the party, which then finds in `rearm` that the wait is over, and
  /// what the caller did before. It leaves the wait only then: so it is this wait that is decided here, and no later
  /// one.
  bool claim_armed() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    while (!word_.compare_exchange_weak(word, (word & ~phase_mask) | decided_bit, std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
    }
    return (word & phase_mask) != 0;
  }

  /// Hands the claimed party to its executor.
  void wake() noexcept { home->post(*this); }

  /// Asks the party to stop: its current wait ends with a cancellation, or, where it is running or shielded, the next
  /// one does. Requests are counted. The caller keeps the waiter alive. Any thread.
  void request_cancel() noexcept;

  /// Takes one request back; when no more than the `answered` ones are left, a cancellation that was not thrown yet is
  /// forgotten. Returns how many requests remain. Called by the party itself.
  std::uint32_t uncancel(std::uint32_t answered = 0) noexcept;

  /// Requests so far, less those taken back.
  std::uint32_t cancel_requests() const noexcept { return word_.load(std::memory_order_acquire) >> count_shift; }
  bool cancel_pending() const noexcept { return (word_.load(std::memory_order_acquire) & pending_bit) != 0; }

  /// The party is about to throw `cancelled`: the request is answered (its count stays).
  void take_cancel() noexcept { word_.fetch_and(~pending_bit, std::memory_order_acq_rel); }

  /// Where the party goes on. Set before `arm`.
  void suspend_at(std::coroutine_handle<> point) noexcept {
    resume_point_ = point;
    filtered_ = false;
  }
  void suspend_at(std::coroutine_handle<> point, wake_filter& filter) noexcept {
    filter.resume_point = point;
    filter_ = &filter;
    filtered_ = true;
  }

  /// Called before an operation that may complete without suspending: true when it is the last of this turn. The party
  /// then takes a pending cancellation instead of the operation, or steps back after it: so that a loop of operations
  /// that are always ready can be cancelled, and starves nobody.
  bool spend() noexcept {
    if (--budget_ != 0) return false;
    refill();
    return true;
  }
  void refill() noexcept { budget_ = turn_budget; }

#if ACTORS_SIMULATION
  /// For reports: whether a wait has begun and is not decided. No scheduling point.
  bool waits() const noexcept { return (word_.peek() & phase_mask) != 0; }
#endif

  /// Steps back: the operation is complete, others run first. The caller returns to its executor at once.
  void step_back(std::coroutine_handle<> point) noexcept {
    suspend_at(point);
    home->post_last(*this);
  }

 protected:
  ~waiter() = default;

  union {
    std::coroutine_handle<> resume_point_{};
    wake_filter* filter_;  ///< where `filtered_`
  };

 private:
  static constexpr std::uint32_t waiting = 1;
  static constexpr std::uint32_t shielded = 2;
  static constexpr std::uint32_t phase_mask = waiting | shielded;
  static constexpr std::uint32_t pending_bit = 4;
  static constexpr std::uint32_t decided_bit = 8;
  static constexpr std::uint32_t count_shift = 4;
  static constexpr std::uint32_t one_request = 1U << count_shift;

  detail::atomic<std::uint32_t> word_{0};
  std::uint8_t budget_ = turn_budget;

 protected:
  bool filtered_ = false;
};

/// A coroutine promise whose coroutine can wait: it names the party it runs for.
template <class Promise>
concept waiting_promise = requires(Promise& promise) {
  { promise.party() } -> std::convertible_to<waiter&>;
};

/// How a listed wait ended, written by the claimant before it posts; `none` on resumption means: cancelled.
enum class wait_outcome : std::uint8_t { none, delivered, closed };

/// An entry of a source's list of waiters. Lives in the awaiter, in the frame of the waiting coroutine; everything but
/// `who` and `slot` is guarded by the source's lock (the outcome until the waiter is posted).
struct wait_node {
  wait_node* prev = nullptr;
  wait_node* next = nullptr;
  waiter* who = nullptr;
  void* slot = nullptr;  ///< the value to send, or where to put the received one
  wait_outcome outcome = wait_outcome::none;
  bool listed = false;
};

/// A first-in, first-out list of waiting parties; every operation is O(1). Not synchronised.
class wait_list {
 public:
  bool empty() const noexcept { return head_ == nullptr; }

  void push_back(wait_node& node) noexcept {
    node.prev = tail_;
    node.next = nullptr;
    node.listed = true;
    (tail_ != nullptr ? tail_->next : head_) = &node;
    tail_ = &node;
  }

  wait_node* front() const noexcept { return head_; }

  void remove(wait_node& node) noexcept {
    (node.prev != nullptr ? node.prev->next : head_) = node.next;
    (node.next != nullptr ? node.next->prev : tail_) = node.prev;
    node.listed = false;
  }

  /// Removes waiters from the front until one can be claimed; null where none can.
  wait_node* claim_front() noexcept {
    while (wait_node* node = head_) {
      remove(*node);
      if (node->who->claim()) return node;
    }
    return nullptr;
  }

 private:
  wait_node* head_ = nullptr;
  wait_node* tail_ = nullptr;
};

/// Claimed waiters that are posted together once the source's lock is released. Uses `wait_node::next`.
class wake_batch {
 public:
  void add(wait_node& node) noexcept {
    node.next = nullptr;
    *last_ = &node;
    last_ = &node.next;
  }

  /// Posts every waiter in the order of `add`. Their frames may be gone when this returns.
  void wake_all() noexcept {
    for (wait_node* node = first_; node != nullptr;) {
      wait_node* after = node->next;
      node->who->wake();
      node = after;
    }
    first_ = nullptr;
    last_ = &first_;
  }

 private:
  wait_node* first_ = nullptr;
  wait_node** last_ = &first_;
};

}  // namespace actors::inline v1
