#include "timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace actors::inline v1::detail {

namespace {
std::int64_t deadline_of(const timer& pending) noexcept { return pending.deadline.time_since_epoch().count(); }
}  // namespace

void timer_wheel::insert(timer& pending) noexcept {
  const std::int64_t when = std::max(deadline_of(pending), base_);
  const std::uint16_t place = place_of(when);
  const bool below = spreading_ != none && place / slots_in_level < spreading_ / slots_in_level;
  append(pending, when, below ? spreading_ : place);
}

std::uint16_t timer_wheel::place_of(std::int64_t when) const noexcept {
  const auto difference = static_cast<std::uint64_t>(when ^ base_);
  const unsigned level = (static_cast<unsigned>(std::bit_width(difference | 1)) - 1) / bits;
  const auto index = static_cast<unsigned>(static_cast<std::uint64_t>(when) >> (level * bits)) % slots_in_level;
  return static_cast<std::uint16_t>(level * slots_in_level + index);
}

void timer_wheel::append(timer& pending, std::int64_t when, std::uint16_t place) noexcept {
  pending.place = place;
  slot& in = slots_[place];
  pending.next = nullptr;
  pending.prev = in.last;
  if (in.last != nullptr) {
    in.last->next = &pending;
    in.soonest = std::min(in.soonest, when);
  } else {
    in.first = &pending;
    in.soonest = when;
    const unsigned level = place / slots_in_level;
    used_slots_[level] |= std::uint64_t{1} << place % slots_in_level;
    used_levels_ |= 1U << level;
  }
  in.last = &pending;
}

void timer_wheel::unlink(timer& pending) noexcept {
  const unsigned place = pending.place;
  slot& in = slots_[place];
  pending.place = timer::not_queued;
  if (in.first == &pending) {
    // The new first one is not touched: its `prev` has no meaning from now on.
    in.first = pending.next;
    if (in.first == nullptr) in.last = nullptr;
  } else {
    pending.prev->next = pending.next;
    (pending.next != nullptr ? pending.next->prev : in.last) = pending.prev;
  }
  if (in.first != nullptr) return;
  if (place == spreading_) spreading_ = none;
  const unsigned level = place / slots_in_level;
  used_slots_[level] &= ~(std::uint64_t{1} << place % slots_in_level);
  if (used_slots_[level] == 0) used_levels_ &= ~(1U << level);
}

bool timer_wheel::remove(timer& pending) noexcept {
  if (pending.place == timer::not_queued) return false;
  unlink(pending);
  return true;
}

// Precondition: there is one.
std::uint16_t timer_wheel::first_slot() const noexcept {
  const auto level = static_cast<unsigned>(std::countr_zero(used_levels_));
  const auto index = static_cast<unsigned>(std::countr_zero(used_slots_[level]));
  return static_cast<std::uint16_t>(level * slots_in_level + index);
}

// What is left of a slot that is being spread can be as soon as `base_`.
std::int64_t timer_wheel::next() const noexcept {
  if (spreading_ != none) return base_;
  return used_levels_ == 0 ? never : slots_[first_slot()].soonest;
}

bool timer_wheel::has_few(const slot& in) noexcept {
  unsigned count = 0;
  for (const timer* each = in.first; each != nullptr; each = each->next) {
    if (++count > few) return false;
  }
  return true;
}

timer* timer_wheel::take_soonest(slot& from, std::int64_t now) noexcept {
  timer* best = from.first;
  std::int64_t soonest = deadline_of(*best);
  std::int64_t second = never;
  for (timer* each = best->next; each != nullptr; each = each->next) {
    const std::int64_t deadline = deadline_of(*each);
    second = std::min(second, std::max(deadline, soonest));
    if (deadline >= soonest) continue;
    soonest = deadline;
    best = each;
  }
  if (soonest > now) {  // the timer that the slot was looked at for was taken out
    from.soonest = soonest;
    return nullptr;
  }
  from.soonest = second;
  unlink(*best);
  // Lower levels are empty, and nothing else was in the slot: the base may follow.
  if (from.first == nullptr) base_ = soonest;
  return best;
}

timer_wheel::step timer_wheel::advance(std::int64_t now, timer*& taken) noexcept {
  if (spreading_ == none) {
    if (used_levels_ == 0) return step::nothing_due;
    const std::uint16_t place = first_slot();
    slot& due = slots_[place];
    if (due.soonest > now) return step::nothing_due;
    if (place < slots_in_level) {  // they have one deadline
      taken = due.first;
      unlink(*taken);
      return step::taken;
    }
    if (has_few(due)) {
      taken = take_soonest(due, now);
      return taken != nullptr ? step::taken : step::moved;
    }
    base_ = due.soonest;
    spreading_ = place;
  }
  timer& moving = *slots_[spreading_].first;
  __builtin_prefetch(moving.next);
  unlink(moving);
  const std::int64_t when = std::max(deadline_of(moving), base_);
  append(moving, when, place_of(when));
  return step::moved;
}

}  // namespace actors::inline v1::detail
