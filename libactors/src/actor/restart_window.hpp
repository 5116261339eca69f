// restart_window: how many restarts there were lately, and how long the next one waits.
#pragma once

#include <actors/detail/timer.hpp>
#include <actors/supervision.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>

namespace actors::inline v1::detail {

/// The restarts of a team in the last span of time. As in Erlang/OTP: `max` in `within` are allowed.
class restart_window {
 public:
  restart_window(unsigned max, std::chrono::nanoseconds within) : max_{max}, within_{within} {}

  /// Counts one more; false where that is one too many.
  bool allow(steady_time now) {
    while (!made_.empty() && now - made_.front() >= within_) made_.pop_front();
    if (made_.size() >= max_) return false;
    made_.push_back(now);
    return true;
  }

 private:
  unsigned max_;
  std::chrono::nanoseconds within_;
  std::deque<steady_time> made_;
};

/// How long the restart waits that follows on `before` others in a row. `random`: from 0 to 1.
inline std::chrono::nanoseconds pause_of(const backoff& how, unsigned before, double random) {
  if (how.first.count() <= 0) return std::chrono::nanoseconds{0};
  using nanoseconds = std::chrono::duration<double, std::nano>;
  const double grown = nanoseconds{how.first}.count() * std::pow(std::max(how.factor, 1.0), before);
  const double base = std::min(grown, nanoseconds{how.longest}.count());
  const double jitter = std::clamp(how.jitter, 0.0, 1.0);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(nanoseconds{base * (1 + jitter * (2 * random - 1))});
}

}  // namespace actors::inline v1::detail
