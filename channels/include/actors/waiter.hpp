// waiter: a party that can suspend, and the protocol by which its wait is decided exactly once. The second of the two
// protocols channels rest on; timers, joins, locks and I/O of the layers above use the same one.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/wait_kind.hpp>
#include <actors/detail/wait_lock.hpp>
#include <actors/executor.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>

// clang before 17 may keep locals of an inlined await_suspend in the coroutine's frame, where they are gone as soon as
// somebody resumes the coroutine (LLVM issue 56301). Every await_suspend that publishes its coroutine carries this.
// ACTORS_SUSPENDS_RARELY: the same for those that hardly ever suspend and are to be a part of their coroutine.
#if defined(__clang__) && __clang_major__ < 17
#define ACTORS_SUSPENDS [[gnu::noinline]]
#define ACTORS_SUSPENDS_RARELY [[gnu::noinline]]
#else
#define ACTORS_SUSPENDS
#define ACTORS_SUSPENDS_RARELY [[gnu::always_inline]]
#endif

namespace actors::inline v1 {

class waiter;
namespace detail {
struct channel_offsets;  // these two tell debuggers what is where: see detail/debugger_entry.hpp
struct task_offsets;
}  // namespace detail

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
///      must post the waiter exactly once. Completers call it under the lock of the list that they found the node in.
///   3. `request_cancel()` is a claimant too. It does not know the node: it only posts. The resumed party finds no
///      outcome in its node and withdraws the node itself, under the source's lock.
///
/// There are two kinds of waits. Of most of them the phase in `word_` says whether they are decided. A wait at a source
/// with a `wait_lock`, which all who may decide it hold (channels: `wait_at_lock`), needs no read-modify-write beside
/// that lock's: what says whether it is decided is `next`, as the party is in no queue then. It holds the address of
/// the lock from the arming to the decision. A cancellation, too, takes the lock that it finds there. A party that
/// waits at several such sources (select) notes none of the locks: that wait is of the first kind, and its nodes say
/// so.
///
/// Invariants of `word_` (phase | pending | decided | quiet | told | count):
///   - phase `running -> waiting` is done by the party alone, or for one that is suspended by the claimant of the wait
///     before; `waiting -> running` is done by exactly one claimant;
///   - while a node is listed, its waiter's frame exists: only a party that withdrew its nodes goes on;
///   - `pending` is set by request_cancel and cleared by the party when it takes the cancellation (or `uncancel`s it);
///     the party may set it again;
///   - `told` is set once and stays;
///   - `quiet` is set by the party, and cleared by it when it takes a cancellation;
///   - `decided` is set by the one who decides a wait that the party has not armed for yet, and cleared by the party
///     before it goes on.
/// Invariant of `next`: the address of a lock is written, and taken away, under that lock. Before the party arms there,
/// and where that fails, it has something of its own in there that is no such address (a task: its turn).
/// Memory order: every change of `word_` is one read-modify-write, acq_rel at least, so that the claimant sees what the
/// party wrote before it armed; the party sees the outcome through the executor's queue (release on post, acquire on
/// run). Of a wait under a lock what is seen follows from the lock, which a cancellation finds whole (the note is a
/// release, its second look is an acquire). But a party that arms under a lock and a cancellation each write (the lock
/// into `next`, `pending` into `word_`) and then look at what the other wrote. One of them sees the other, for one of
/// three reasons:
///   - The party has the common lock: all four are seq_cst. Its note is an exchange, for x86: nothing later goes first.
///   - It has the lock under a bias, and looks at `word_` by a read-modify-write, as the cancellation changes it: the
///     one that comes later sees what came before the other.
///   - It is `quiet`, as parties become that often wait at biased locks, and does neither: the cancellation calls
///     `heavy_fence` between its write and its look. A cancellation that is taken ends the quiet.
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
    } while (!word_.compare_exchange_weak(word, word | waiting, std::memory_order_acq_rel, std::memory_order_relaxed));
    return true;
  }

  /// Starts a wait that a cancellation does not end (it stays pending). Called by the party itself, or by the one who
  /// has decided its wait, in place of waking it.
  void arm_shielded() noexcept { word_.fetch_or(shielded, std::memory_order_acq_rel); }

  /// Decides the wait; true for exactly one caller.
  bool claim() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    while ((word & phase_mask) != 0) {
      if (word_.compare_exchange_weak(word, word & ~phase_mask, std::memory_order_acq_rel, std::memory_order_relaxed))
        return true;
    }
    return false;
  }

  /// A party's visit to a source that a `wait_lock` guards: the lock is held while it lives. Where it ends without a
  /// wait the party goes on; where it has armed the party may be resumed as soon as the lock is free.
  class wait_at_lock {
   public:
    wait_at_lock(waiter& who, detail::wait_lock& guard) noexcept : who_{who}, guard_{guard} {
      who.do_what_was_put_off();
      noted_in_ = guard.lock(who.thread_);
    }
    ~wait_at_lock() { guard_.unlock(noted_in_); }
    wait_at_lock(const wait_at_lock&) = delete;
    wait_at_lock& operator=(const wait_at_lock&) = delete;

    /// As `waiter::arm`.
    bool arm() noexcept {
      std::uint32_t word;
      const std::uintptr_t before = detail::unseen(who_.next.word()).load(std::memory_order_relaxed);
      if (noted_in_ != nullptr) {
        who_.next.word().store(address_of(guard_), std::memory_order_release);
        detail::light_fence();
        word = who_.word_.load(std::memory_order_relaxed);
        if ((word & quiet_bit) == 0)
          word = who_.word_.fetch_or(guard_.comes_round() ? quiet_bit : 0, std::memory_order_acq_rel);
      } else {
        who_.next.word().exchange(address_of(guard_), std::memory_order_seq_cst);
        word = who_.word_.load(std::memory_order_seq_cst);
      }
      if ((word & pending_bit) == 0) return true;
      detail::unseen(who_.next.word()).store(before, std::memory_order_relaxed);
      return false;
    }

   private:
    waiter& who_;
    detail::wait_lock& guard_;
    detail::held_note* noted_in_;  ///< not null: under a bias
  };

  /// As `claim`, of a wait under `guard`, which the caller holds.
  bool claim_at_lock(detail::wait_lock& guard) noexcept {
    if (detail::unseen(next.word()).load(std::memory_order_relaxed) != address_of(guard)) return false;
    next = nullptr;
    return true;
  }

  /// Whether `claim_at_lock` would succeed: no cancellation came before. The caller holds `guard`.
  bool waits_at_lock(const detail::wait_lock& guard) const noexcept {
    return detail::unseen(next.word()).load(std::memory_order_relaxed) == address_of(guard);
  }

  /// Whether `claim` would succeed. Out of date at once, but where it says no: then the wait is over.
  bool waits_by_word() const noexcept { return (word_.load(std::memory_order_acquire) & phase_mask) != 0; }

  // A wait that may be decided before the party has armed for it: the source is told of the wait first (a join enters
  // the list of who waits for the end of a task). Once the party is armed somebody else may resume it, and whatever it
  // kept alive, the source itself, can be gone: so how the wait stands must be found in `word_`, not in the source.

  /// Decides such a wait, once: true where the party had armed, and the caller wakes it. Otherwise the party finds the
  /// decision when it arms.
  bool decide() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      const bool armed = (word & phase_mask) != 0;
      const std::uint32_t after = armed ? word & ~phase_mask : word | decided_bit;
      if (word_.compare_exchange_weak(word, after, std::memory_order_acq_rel, std::memory_order_relaxed)) return armed;
    }
  }

  enum class arming : std::uint8_t { armed, cancelled, decided };
  /// As `arm`; takes the decision where it is there.
  arming arm_unless_decided() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      const bool decided = (word & decided_bit) != 0;
      if (!decided && (word & pending_bit) != 0) return arming::cancelled;
      const std::uint32_t after = decided ? word & ~decided_bit : word | waiting;
      if (word_.compare_exchange_weak(word, after, std::memory_order_acq_rel, std::memory_order_relaxed))
        return decided ? arming::decided : arming::armed;
    }
  }
  /// As `arm_shielded`; false where it was decided.
  bool arm_shielded_unless_decided() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      const bool decided = (word & decided_bit) != 0;
      const std::uint32_t after = decided ? word & ~decided_bit : word | shielded;
      if (word_.compare_exchange_weak(word, after, std::memory_order_acq_rel, std::memory_order_relaxed))
        return !decided;
    }
  }
  /// For a party that knows of the decision from elsewhere: it has synchronised with what came after it.
  void forget_decision() noexcept {
    if ((word_.load(std::memory_order_relaxed) & decided_bit) != 0)
      word_.fetch_and(~decided_bit, std::memory_order_acq_rel);
  }

  /// Hands the claimed party to its executor.
  void wake() noexcept { home->post(*this); }

  /// Asks the party to stop: its current wait ends with a cancellation, or, where it is running or shielded, the next
  /// one does. Requests are counted. The caller keeps the waiter alive. Any thread.
  void request_cancel() noexcept;

  /// The same in two steps, for those who ask many: first `begin_cancel` for all, then, where one of them said `fence`,
  /// `detail::heavy_fence` once for all, then `finish_cancel` for those that were not `over`.
  enum class cancel_step : std::uint8_t { over, look, fence };
  [[nodiscard]] cancel_step begin_cancel() noexcept;
  void finish_cancel() noexcept { end_wait_at_lock(); }

  /// Takes one request back; when no more than the `answered` ones are left, a cancellation that was not thrown yet is
  /// forgotten. Returns how many requests remain. Called by the party itself.
  std::uint32_t uncancel(std::uint32_t answered = 0) noexcept;

  /// Requests so far, less those taken back.
  std::uint32_t cancel_requests() const noexcept { return word_.load(std::memory_order_acquire) >> count_shift; }
  bool cancel_pending() const noexcept { return (word_.load(std::memory_order_acquire) & pending_bit) != 0; }

  /// The party is about to throw `cancelled`: the request is answered (its count stays).
  void take_cancel() noexcept { word_.fetch_and(~(pending_bit | quiet_bit), std::memory_order_acq_rel); }

  /// From now on `cancel_observer` hears of each request, on the thread that makes it, which may hold locks. True where
  /// one is pending. Any thread.
  bool tell_cancellations() noexcept {
    return (word_.fetch_or(told_bit, std::memory_order_acq_rel) & pending_bit) != 0;
  }
  bool tells_cancellations() const noexcept { return (word_.load(std::memory_order_relaxed) & told_bit) != 0; }
  static constinit inline std::atomic<void (*)(waiter&) noexcept> cancel_observer{nullptr};

  /// The party caught a `cancelled` that it will not throw on: its next wait throws it again. The count stays.
  void put_cancel_back() noexcept { word_.fetch_or(pending_bit, std::memory_order_acq_rel); }

  /// For reports, any thread; the caller keeps the waiter alive: calls `look` with the lock that the party waits under,
  /// which is there until that returns, and so is the memory of the source that the lock is a part of. False where it
  /// waits under none. `look` is quick, as who destroys such a source waits for it.
  bool visit_lock(void (*look)(const detail::wait_lock& under, void* context), void* context) noexcept;

  /// For reports, any thread; the caller keeps the waiter alive: the lock that it waits under, null where that is none.
  /// To be used as in `visit_lock`: in a visit, after a second look.
  detail::wait_lock* noted_lock() noexcept { return lock_in(next.word().load(std::memory_order_acquire)); }

  /// Where the party goes on. Set before `arm`.
  void suspend_at(std::coroutine_handle<> point) noexcept {
    do_what_was_put_off();
    resume_point_ = point;
    marks_ = 0;
  }
  void suspend_at(std::coroutine_handle<> point, wake_filter& filter) noexcept {
    do_what_was_put_off();
    filter.resume_point = point;
    filter_ = &filter;
    marks_ = filtered;
  }

  /// A party can put something off until it is about to wait, or asks whether it is to stop (timers of its limits of
  /// time, which work that need not wait never needs). It is done by `at_first_wait`, which takes the mark away. Called
  /// by the party, with no lock.
  void put_off(void (*what)(waiter&) noexcept) noexcept {
    marks_ |= puts_off;
    // All put off the same; it is known from the first on. (No initialiser of a file: one can be later than its use.)
    if (at_first_wait.load(std::memory_order_relaxed) != what) at_first_wait.store(what, std::memory_order_release);
  }
  bool has_put_off() const noexcept { return (marks_ & puts_off) != 0; }
  void do_what_was_put_off() noexcept {
    if (has_put_off()) [[unlikely]] {
      marks_ &= static_cast<std::uint8_t>(~puts_off);
      at_first_wait.load(std::memory_order_acquire)(*this);
    }
  }
  static constinit inline std::atomic<void (*)(waiter&) noexcept> at_first_wait{nullptr};

  /// Called before an operation that may complete without suspending: true when it is the last of this turn. The party
  /// then takes a pending cancellation instead of the operation, or steps back after it: so that a loop of operations
  /// that are always ready can be cancelled, and starves nobody.
  bool spend() noexcept {
    if (--budget_ != 0) return false;
    refill();
    return true;
  }
  void refill() noexcept { budget_ = turn_budget; }
  /// Its executor is about to run the party on the calling thread, which has that number.
  void begin_turn(std::uint8_t number) noexcept {
    refill();
    thread_ = number;
  }
  /// The number of the thread that it runs on, for a `wait_lock`. Called by the party itself.
  std::uint8_t thread() const noexcept { return thread_; }

  /// For reports: whether a wait has begun and is not decided. No scheduling point.
  bool waits() const noexcept {
    return (detail::unseen(word_).load(std::memory_order_relaxed) & phase_mask) != 0 ||
           (detail::unseen(next.word()).load(std::memory_order_relaxed) & lock_note) != 0;
  }

  /// Steps back: the operation is complete, others run first. The caller returns to its executor at once.
  void step_back(std::coroutine_handle<> point) noexcept {
    suspend_at(point);
    home->post_last(*this);
  }

 protected:
  ~waiter() = default;

  union {
    std::coroutine_handle<> resume_point_{};
    wake_filter* filter_;  ///< where `is_filtered`
  };
  bool is_filtered() const noexcept { return (marks_ & filtered) != 0; }

 private:
  friend struct detail::channel_offsets;
  // In `next`: the address of a wait_lock. `lock_note` tells it from a link.
  static constexpr std::uintptr_t lock_note = 1;
  static std::uintptr_t address_of(const detail::wait_lock& guard) noexcept {
    return reinterpret_cast<std::uintptr_t>(&guard) | lock_note;
  }
  static detail::wait_lock* lock_in(std::uintptr_t note) noexcept;
  void end_wait_at_lock() noexcept;

  static constexpr std::uint8_t filtered = 1;
  static constexpr std::uint8_t puts_off = 2;

  static constexpr std::uint32_t waiting = 1;
  static constexpr std::uint32_t shielded = 2;
  static constexpr std::uint32_t phase_mask = waiting | shielded;
  static constexpr std::uint32_t pending_bit = 4;
  static constexpr std::uint32_t decided_bit = 8;
  static constexpr std::uint32_t quiet_bit = 16;
  static constexpr std::uint32_t told_bit = 32;
  static constexpr std::uint32_t count_shift = 6;
  static constexpr std::uint32_t one_request = 1U << count_shift;

  detail::atomic<std::uint32_t> word_{0};
  std::uint8_t budget_ = turn_budget;
  std::uint8_t thread_ = detail::no_thread;  ///< the number of the one that it runs on

 protected:
  std::uint8_t marks_ = 0;  ///< of the party alone, and of who resumes it
};

/// A coroutine promise whose coroutine can wait: it names the party it runs for.
template <class Promise>
concept waiting_promise = requires(Promise& promise) {
  { promise.party() } -> std::convertible_to<waiter&>;
};

}  // namespace actors::inline v1
