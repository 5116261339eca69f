// duration_histogram: how many durations lay between fixed bounds.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// What a histogram has counted.
struct duration_counts {
  /// Bounds are 1 us, 4 us, 16 us, and so on up to 17 s; what is longer is counted behind the last one.
  static constexpr std::size_t bounds = 13;
  static constexpr std::uint64_t bound(std::size_t index) noexcept { return std::uint64_t{1000} << (2 * index); }

  std::array<std::uint64_t, bounds + 1> in{};  ///< of each those up to its bound, and longer than the one before
  std::uint64_t total = 0;                     ///< nanoseconds

  duration_counts& operator+=(const duration_counts& others) noexcept {
    for (std::size_t i = 0; i != in.size(); ++i) in[i] += others.in[i];
    total += others.total;
    return *this;
  }
};

/// Written by one thread at a time, read by any (relaxed: each number is only a count).
class duration_histogram {
 public:
  /// `times` durations of so many nanoseconds.
  void add(std::uint64_t nanoseconds, std::uint64_t times = 1) noexcept {
    increase(in_[index_of(nanoseconds)], times);
    increase(total_, nanoseconds * times);
  }

  duration_counts counts() const noexcept {
    duration_counts now;
    for (std::size_t i = 0; i != now.in.size(); ++i) now.in[i] = in_[i].load(std::memory_order_relaxed);
    now.total = total_.load(std::memory_order_relaxed);
    return now;
  }

 private:
  // The bounds grow by two bits.
  static std::size_t index_of(std::uint64_t nanoseconds) noexcept {
    const std::uint64_t above_first = nanoseconds == 0 ? 0 : (nanoseconds - 1) / duration_counts::bound(0);
    return std::min<std::size_t>((static_cast<std::size_t>(std::bit_width(above_first)) + 1) / 2,
                                 duration_counts::bounds);
  }
  static void increase(std::atomic<std::uint64_t>& of, std::uint64_t by) noexcept {
    of.store(of.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  std::array<std::atomic<std::uint64_t>, duration_counts::bounds + 1> in_{};
  std::atomic<std::uint64_t> total_{0};
};

}  // namespace actors::inline v1::detail
