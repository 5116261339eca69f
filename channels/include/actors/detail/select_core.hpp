// select_core: a party that waits at several sources at once: what does not depend on the sources, or on what is done
// with the winner.
#pragma once

#include <actors/detail/spin_lock.hpp>
#include <actors/wait_list.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// One case of a select: something to be done at a source as soon as that is possible. A source whose waits a
/// `wait_lock` guards (a channel, a mutex) is tried, and waited at, with that lock. Others (a timer, the end of a task)
/// have none.
class select_case {
 public:
  /// Of the source; null where there is none.
  virtual wait_lock* lock() const noexcept = 0;
  /// Called by `who`, with the lock: does what the case is for, where that can be done at once, and sets `outcome`.
  /// Whom that lets go on is left in `woken`. What it throws ends the select.
  virtual bool ready(waiter& who, wake_batch& woken) = 0;
  /// The same without the lock, which it takes itself; wakes those whom it lets go on.
  virtual bool ready_alone(waiter& who) = 0;
  /// Called with the lock, by `who`, which has armed: enters `node()`, or whatever else will decide the wait by
  /// `waiter::claim`, note `delivered` or `closed` in the node, and wake the party. False where that came about since
  /// `ready` said no, and nothing is left to wait for.
  virtual bool enter(waiter& who) noexcept = 0;
  /// After the wait, without the lock, by the party: takes back what `enter` did, unless the outcome in the node says
  /// that this case has won. Nobody touches the case afterwards.
  virtual void leave() noexcept = 0;

  wait_outcome outcome = wait_outcome::none;
  bool enabled = true;
  bool entered = false;  ///< of a wait that is not over; a case may be used for one select after the other

  wait_node& node() noexcept { return place_.node(); }
  /// Before `enter`.
  void begin_node(waiter& who) noexcept { place_.begin(who).by_word = true; }

 protected:
  select_case() noexcept {}
  // Cases are moved until the select has them; none has a node before.
  select_case(const select_case& other) noexcept : enabled{other.enabled} {}
  select_case& operator=(const select_case&) = delete;
  ~select_case() = default;

 private:
  node_place place_;  ///< begun where the select has to wait
};

/// `ready_alone` for a case whose class is known. Out of line: most that have a shorter way come here rarely.
template <class Case>
[[gnu::noinline]] bool try_alone(Case& one, wait_lock* lock, waiter& who) {
  if (lock == nullptr) return false;
  wake_batch woken;
  {
    const wait_lock::hold held{*lock, who.thread()};
    if (!one.Case::ready(who, woken)) return false;
  }
  woken.wake_all();
  return true;
}

/// One whose handler gives an R.
template <class R>
class case_of : public select_case {
 public:
  /// What the handler gives. Called once, when the case has won. Throws what the handler throws, and where the source
  /// says so.
  virtual R call() = 0;

 protected:
  ~case_of() = default;
};

/// A lock that a select has, and where it is noted.
struct selected_lock {
  wait_lock* lock;
  held_note* noted_in;
};

/// Tries the cases, waits at all of them, and finds out which one won.
///
/// First each case is tried under its own lock, in a random order (`biased`: in the order given). Where none is ready
/// all locks are taken, in the order of their addresses, so that selects that cross cannot block each other. Under all
/// of them the cases are tried once more: if none is ready now, there was a moment when none was. The party arms, and
/// enters each case, before the locks are released: while it tries cases none of its own nodes is listed, so it can
/// neither meet itself nor another select that has not armed. (Go's select does the same: A. Gerrand, D. Vyukov et al.,
/// runtime/select.go.) The wait is decided by the party's word: exactly one source claims it. The others find that out
/// when they try, and pass over the node.
///
/// Invariants:
///   - a node is listed only while the party is in `wait`, or armed, or about to take it out in `finish`;
///   - `entering_` is held from before the party arms until `wait` touches nothing any more. The party, which may be
///     resumed as soon as it has armed, takes it once before it looks at its cases (acquire, after the release): so
///     what `wait` did is complete then, and `finish` may end the life of all this.
class select_core {
 public:
  static constexpr std::uint32_t nobody = UINT32_MAX;

  /// `order` has the numbers of the cases, in any order; `locks` has room for one each.
  select_core(select_case** cases, std::uint16_t* order, selected_lock* locks, std::size_t count, bool biased) noexcept
      : cases_{cases}, order_{order}, locks_{locks}, count_{static_cast<std::uint32_t>(count)}, biased_{biased} {}
  select_core(const select_core&) = delete;
  select_core& operator=(const select_core&) = delete;

  /// True where a case was ready: it is the winner. Called by `who`. Throws what the case throws.
  bool try_apart(waiter& who);
  /// True where none was ready: the party has armed, and will be woken. Otherwise there is a winner, or, where a
  /// cancellation is pending, none. With `otherwise` the party does not wait, and without a winner none was ready at
  /// one moment. The caller has called `suspend_at`. Throws what a case throws.
  bool wait(waiter& who, bool otherwise);
  /// After a wait: leaves all sources, and finds the winner, if there is one. Called by the party; without effect where
  /// there was no wait.
  void finish() noexcept {
    if (waited_) leave_all();
  }

  /// `nobody`: the wait was cancelled.
  std::uint32_t winner() const noexcept { return winner_; }
  void set_winner(std::uint32_t now) noexcept { winner_ = now; }

 private:
  class all_locks;
  void leave_all() noexcept;
  enum class progress : std::uint8_t { open, decided, decided_by_others };

  bool try_apart(std::uint32_t index, waiter& who);
  bool try_all(waiter& who, wake_batch& woken);
  std::uint32_t pick(std::uint32_t tried) noexcept;
  static progress enter(select_case& each, waiter& who) noexcept;

  select_case** const cases_;
  std::uint16_t* const order_;
  selected_lock* const locks_;
  const std::uint32_t count_;
  const bool biased_;
  bool waited_ = false;
  spin_lock entering_;
  std::uint32_t winner_ = nobody;
};

}  // namespace actors::inline v1::detail
