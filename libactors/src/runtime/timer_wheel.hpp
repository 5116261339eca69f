// timer_wheel: pending timers in the order of their deadlines; inserting and removing one takes a few instructions.
// After the hierarchical timing wheels of Varghese and Lauck ("Hashed and hierarchical timing wheels", SOSP 1987), with
// two changes: there is no tick, and a slot knows its soonest deadline.
#pragma once

#include <actors/detail/timer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// Not synchronised. Times are nanoseconds of the clock's epoch.
///
/// `base_` is a time that is not after the present; everything before it has fired. A timer lies on the level of the
/// highest group of six bits in which its deadline differs from `base_`, there in the slot that the six bits name. So a
/// slot of level 0 holds one deadline, one of level k the deadlines of a period of 64^k ns.
///   - What lies on a lower level is due before what lies on a higher one, on one level the slots are in order: the
///     first slot of the lowest level has the soonest timer.
///   - `soonest` of a slot is not after any deadline in it. It is exact until the timer with that deadline is taken
///     out; what looks at the slot then makes it exact again.
///   - A slot that is due is *spread*: `base_` moves to its soonest deadline (which has come), and its timers, one at a
///     time, to lower levels. Meanwhile it is `spreading_`, nothing fires, and what would go to a lower level goes to
///     its end. A slot with few timers is not spread: the soonest of them is looked for.
///   - `base_` does not move while there is anything on a lower level, so no timer has to change its level otherwise.
///   - A deadline before `base_` counts as `base_`.
/// A timer is spread at most once a level, in fact down to where no more than `few` share a slot.
///
/// Timers with one deadline fire in the order of their insertion, but for those inserted when it had passed.
class timer_wheel {
 public:
  static constexpr std::int64_t never = INT64_MAX;

  void insert(timer& pending) noexcept;
  /// False where it is not there.
  bool remove(timer& pending) noexcept;

  /// Not after any deadline; `never` only where there is no timer (or one with the latest deadline there is).
  std::int64_t next() const noexcept;

  enum class step : std::uint8_t { nothing_due, moved, taken };
  /// One step on the way to the soonest timer that is due at `now`: takes it out, or moves another one closer. Each
  /// takes about the same short time.
  step advance(std::int64_t now, timer*& taken) noexcept;

 private:
  static constexpr unsigned bits = 6;
  static constexpr unsigned slots_in_level = 1U << bits;
  static constexpr unsigned levels = 11;  ///< of 6 bits: all 63 of a time
  static constexpr unsigned few = 8;
  static constexpr std::uint16_t none = 0xffff;

  /// A list; `prev` of its first timer has no meaning.
  struct slot {
    timer* first = nullptr;
    timer* last = nullptr;
    std::int64_t soonest = never;
  };

  std::uint16_t place_of(std::int64_t when) const noexcept;
  void append(timer& pending, std::int64_t when, std::uint16_t place) noexcept;
  void unlink(timer& pending) noexcept;
  std::uint16_t first_slot() const noexcept;
  static bool has_few(const slot& in) noexcept;
  timer* take_soonest(slot& from, std::int64_t now) noexcept;

  std::int64_t base_ = 0;
  std::uint32_t used_levels_ = 0;                   ///< bit k: level k is not empty
  std::uint16_t spreading_ = none;                  ///< the slot that is being spread
  std::array<std::uint64_t, levels> used_slots_{};  ///< of each level
  std::array<slot, levels * slots_in_level> slots_{};
};

}  // namespace actors::inline v1::detail
