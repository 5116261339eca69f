// wait_lock: the lock of a source of waits: biased to the thread that uses it alone, and found by cancellations.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/held_locks.hpp>
#include <actors/detail/link.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/detail/thread_number.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

/// A lock that is held for a few instructions, as spin_lock, with two things that waits need.
///
/// **Bias.** A channel between tasks that follow each other on one worker is locked by one thread for a long time; the
/// read-modify-write, half of what a message costs, keeps nobody out. So a lock that one numbered thread has taken
/// often, with nobody in between, becomes biased to that thread. It then takes the lock by noting it in its `held_note`
/// and looking whether `bias_` still names it. Whoever else comes takes the common lock, takes the bias back, makes
/// sure by `heavy_fence` (which takes microseconds) that the owner will see that, or has its note seen here, and waits
/// until the owner is out. From then on the lock is common, until one thread has taken it often again: four times
/// as often, where the last bias did not last for long enough to be worth the fence. So taking biases back costs less
/// in the long run than what they saved. After Dice, Moir, Scherer, "Quickly Reacquirable Locks" (2003). The note is
/// the thread's and not the lock's, as a former owner may be late with it. A thread that holds several locks has a note
/// for each of eight of them; more it takes as common ones.
///
/// Invariants:
///   - `bias_` is changed with the common lock: set by its new owner, taken back by others;
///   - whoever has the common lock, and found `bias_` nobody's, or took it back and has seen since that no note of the
///     owner is of this lock, has the lock; so has the thread that `bias_` names and that found this after its note.
/// Order: what is done under the bias is released by the change of the owner's note (every one is a release), and
/// acquired by the one who takes the bias back; all else goes by the common lock. `bias_` carries nothing (relaxed):
/// who finds itself named wrote that, and saw then what came before. Between the owner's note and its second look is
/// `light_fence`, between those of the other side `heavy_fence`: one of the two sees the other.
///
/// **Visits.** A party notes the lock that its wait is under (`waiter::wait_at_lock`). Whoever reads the note may be
/// late: the party may have gone on, and the source be gone. So it makes a `wait_visit` before it looks a second time,
/// and the destructor of the lock waits until nobody visits (a visit is a matter of a few instructions).
///
/// Order: visits are counted by read-modify-writes, and the destructor looks by one. Either that comes first (release),
/// and the visitor that comes after it (acquire) sees that the note has changed: the destructor is called after the
/// party has let go of the source, so after it took its note back. Or it sees the visit, and waits for its end
/// (release, acquire). So do hazard pointers (Michael, "Hazard Pointers", 2004); here it is the one who frees that
/// waits.
class alignas(link::note_bits + 1) wait_lock {
 public:
  /// The lock, held while it lives.
  class hold;

  wait_lock() noexcept : limit_log_{limit_log_of_new_locks.load(std::memory_order_relaxed)} {}
  wait_lock(const wait_lock&) = delete;
  wait_lock& operator=(const wait_lock&) = delete;
  /// Precondition: the calling thread holds no wait_lock, for which a visitor could wait.
  ~wait_lock() { await_visitors(); }

  /// `number` is that of the calling thread. Gives what `unlock` is to be told: where the lock is noted, or null for
  /// the common lock.
  held_note* lock(std::uint8_t number) noexcept {
    prefetch_for_writing(this);
    if (bias_.load(std::memory_order_relaxed) == number) {
      held_note* own = &held_note_of(number);
      if (own->load(std::memory_order_relaxed) != nullptr) [[unlikely]]
        own = another_note_of(number);
      if (own != nullptr && lock_biased(number, *own)) [[likely]]
        return own;
    }
    common_.lock();
    if (bias_.load(std::memory_order_relaxed) != nobody) [[unlikely]]
      take_bias_back(number);
    if (last_ != number)
      change_hands(number);
    else if (++turns_ >> limit_log_ != 0) [[unlikely]]
      bias_if_allowed(number);
    return nullptr;
  }
  /// Only where the calling thread has the bias and no other lock: null, and nothing is locked, where it is not so.
  [[gnu::always_inline]] held_note* lock_at_once(std::uint8_t number) noexcept {
    if (bias_.load(std::memory_order_relaxed) != number) return nullptr;
    held_note* const own = &held_note_of(number);
    return own->load(std::memory_order_relaxed) == nullptr && lock_biased(number, *own) ? own : nullptr;
  }
  void unlock(held_note* noted_in) noexcept {
    if (noted_in != nullptr)
      unlock_biased(*noted_in);
    else
      common_.unlock();
  }
  /// Where it was taken under a bias.
  [[gnu::always_inline]] static void unlock_biased(held_note& noted_in) noexcept {
    noted_in.store(nullptr, std::memory_order_release);
  }

  /// Called with the common lock by the thread that has this number.
  void bias_to(std::uint8_t number) noexcept { bias_.store(number, std::memory_order_relaxed); }
  /// True now and then, once in 256 calls. Called under the bias.
  bool comes_round() noexcept;
  /// What the destructor does.
  void await_visitors() noexcept;

  /// How many turns of one thread in a row make a lock biased that is made from now on: two to the power of this.
  /// Others than `never` only where `prepare_heavy_fence` has succeeded.
  static void set_limit_log(std::uint8_t log) noexcept { limit_log_of_new_locks.store(log, std::memory_order_relaxed); }
  static std::uint8_t limit_log() noexcept { return limit_log_of_new_locks.load(std::memory_order_relaxed); }
  static constexpr std::uint8_t never = 20;
  /// 4096 turns, some 80 us: so often it may be for nothing.
  static constexpr std::uint8_t most_log = 12;
  /// A bias that lasted for so many turns was well worth taking it back.
  static constexpr std::uint32_t enough = 32'768;

#if ACTORS_SIMULATION
  /// Before a simulation: one that was left in the middle may have left visits and notes.
  static void forget_all_threads() noexcept;
#endif

 private:
  friend class wait_visit;
  static constexpr std::uint8_t nobody = 0;

  void take_bias_back(std::uint8_t number) noexcept;
  /// Locks share counters: what a destructor waits for may be a visit to another one.
  static atomic<std::uint32_t>& visitors_of(const wait_lock* lock) noexcept;

  [[gnu::always_inline]] bool lock_biased(std::uint8_t number, held_note& own) noexcept {
    own.store(this, std::memory_order_release);
    light_fence();
    if (bias_.load(std::memory_order_relaxed) == number) [[likely]] {
      ++turns_;
      return true;
    }
    unlock_biased(own);
    return false;
  }
  void change_hands(std::uint8_t number) noexcept;
  void bias_if_allowed(std::uint8_t number) noexcept;

  static constinit inline std::atomic<std::uint8_t> limit_log_of_new_locks{never};

  spin_lock common_;
  atomic<std::uint8_t> bias_{nobody};
  // With the lock. All of it has eight bytes, so that what is in front of the lists of a channel has 32.
  std::uint8_t last_ = nobody;  ///< who had the common lock last
  std::uint8_t limit_log_;
  std::uint32_t turns_ = 0;  ///< since `last_` or the bias changed
};

class wait_lock::hold {
 public:
  explicit hold(wait_lock& lock) noexcept : hold{lock, thread_number()} {}
  hold(wait_lock& lock, std::uint8_t number) noexcept : lock_{lock}, noted_in_{lock.lock(number)} {}
  ~hold() { lock_.unlock(noted_in_); }
  hold(const hold&) = delete;
  hold& operator=(const hold&) = delete;

 private:
  wait_lock& lock_;
  held_note* const noted_in_;
};

/// While it lives the memory of `lock` is not freed, if it was a lock's to begin with, and that is found out by a look
/// at the note from within the visit. The pointer may dangle.
class wait_visit {
 public:
  explicit wait_visit(const wait_lock* lock) noexcept : visitors_{wait_lock::visitors_of(lock)} {
    visitors_.fetch_add(1, std::memory_order_acquire);
  }
  ~wait_visit() { visitors_.fetch_sub(1, std::memory_order_release); }
  wait_visit(const wait_visit&) = delete;
  wait_visit& operator=(const wait_visit&) = delete;

 private:
  atomic<std::uint32_t>& visitors_;
};

}  // namespace actors::inline v1::detail
