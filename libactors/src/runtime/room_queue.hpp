// room_queue: those who wait until a pool has room for another call in its queue.
#pragma once

#include <actors/detail/blocking_job.hpp>

#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// First in, first out. Room that is granted is reserved until the call is queued: nobody else takes it meanwhile.
/// Under the pool's lock.
class room_queue {
 public:
  enum class entry : std::uint8_t { granted, waits, cancelled, closed };

  bool has_room(std::size_t queued, std::size_t bound) const noexcept {
    return bound > reserved_ && queued < bound - reserved_;
  }

  /// Reserves room, or lists `wait` and arms the task that waits. Where it was armed it may be resumed as soon as the
  /// lock is free.
  entry enter(room_wait& wait, std::size_t queued, std::size_t bound) noexcept {
    if (first_ == nullptr && has_room(queued, bound)) {
      ++reserved_;
      return entry::granted;
    }
    if (wait.who != nullptr && !wait.who->arm()) return entry::cancelled;
    wait.prev = last_;
    wait.next = nullptr;
    wait.listed = true;
    (last_ != nullptr ? last_->next : first_) = &wait;
    last_ = &wait;
    return entry::waits;
  }

  void remove(room_wait& wait) noexcept {
    if (!wait.listed) return;
    wait.listed = false;
    (wait.prev != nullptr ? wait.prev->next : first_) = wait.next;
    (wait.next != nullptr ? wait.next->prev : last_) = wait.prev;
  }

  /// Reserves what room there is for those who wait: the caller wakes them, a chain linked by `next`.
  room_wait* grant(std::size_t queued, std::size_t bound) noexcept {
    room_wait* chain = nullptr;
    room_wait** last = &chain;
    while (first_ != nullptr && has_room(queued, bound)) {
      room_wait* wait = claim_first(room_wait::outcome::granted);
      if (wait == nullptr) break;
      ++reserved_;
      wait->next = nullptr;
      *last = wait;
      last = &wait->next;
    }
    return chain;
  }

  /// Ends the wait of the first; null where nobody is left.
  room_wait* refuse() noexcept { return claim_first(room_wait::outcome::closed); }

  void use_reserved() noexcept { --reserved_; }

 private:
  // Those whom a cancellation was faster to claim withdraw by themselves: they are no longer listed.
  room_wait* claim_first(room_wait::outcome how) noexcept {
    while (room_wait* wait = first_) {
      remove(*wait);
      if (wait->who != nullptr && !wait->who->claim()) continue;
      wait->found = how;
      return wait;
    }
    return nullptr;
  }

  room_wait* first_ = nullptr;
  room_wait* last_ = nullptr;
  std::size_t reserved_ = 0;
};

}  // namespace actors::inline v1::detail
