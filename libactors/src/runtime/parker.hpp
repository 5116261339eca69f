// parker: how one worker sleeps and is woken.
#pragma once

#include "platform.hpp"

#include <cstdint>

namespace actors::inline v1::detail {

/// A token on a futex. `wake` leaves it (release), `wait` takes it (acquire): what the waker wrote before is seen by
/// the one who wakes, also where the token was there before the wait.
class parker {
 public:
  /// Waits for the token and takes it; false when `deadline` (of `clock_now`, INT64_MAX: none) came first.
  bool wait(std::int64_t deadline) noexcept {
    for (;;) {
      if (token_.exchange(0, std::memory_order_acquire) != 0) return true;
      if (deadline != INT64_MAX && clock_now() >= deadline) return false;
      futex_wait(token_, 0, deadline);
    }
  }

  void wake() noexcept {
    token_.store(1, std::memory_order_release);
    futex_wake_one(token_);
  }

 private:
  atomic<std::uint32_t> token_{0};
};

}  // namespace actors::inline v1::detail
