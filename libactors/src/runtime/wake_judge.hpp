// wake_judge: whether what a worker finds to do is worth being woken for.
#pragma once

#include <algorithm>
#include <cstdint>

namespace actors::inline v1::detail {

/// Waking a worker costs the one that does so some microseconds, in the middle of its turn. Where a server computes for
/// a while for each of its clients, who only ask again, that is twenty times what the other worker then takes off it,
/// and it is to be paid for each answer. Such a worker does better to come by itself a little later: one that each of
/// the last `enough` times was done within `limit_ns` with what it had found is woken for its like once in `rest_ns`.
///
/// Used by the worker while it is awake, by others while it is on the list of sleepers: ordered by the lock of that
/// list. Times in nanoseconds, of any clock.
class wake_judge {
 public:
  void found_work(std::int64_t now) noexcept { found_at_ = now; }
  void out_of_work(std::int64_t now) noexcept {
    short_ones_ = now - found_at_ > limit_ns ? 0 : std::min(short_ones_ + 1, enough);
  }

  /// Somebody wakes it for what he could run himself.
  void woken(std::int64_t now) noexcept { woken_at_ = now; }
  /// Whether it is not worth it again.
  bool may_rest(std::int64_t now) const noexcept { return short_ones_ == enough && now - woken_at_ < rest_ns; }

 private:
  static constexpr std::int64_t limit_ns = 5'000;  // what it costs to wake one
  static constexpr std::int64_t rest_ns = 500'000;
  static constexpr unsigned enough = 8;

  std::int64_t found_at_ = 0;
  std::int64_t woken_at_ = -rest_ns;
  unsigned short_ones_ = 0;
};

}  // namespace actors::inline v1::detail
