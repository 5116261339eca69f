// biased_locks: locks of channels that become biased to a thread at once, not after thousands of turns.
#pragma once

#include <actors/detail/wait_lock.hpp>

#include <cstdint>

namespace test {

/// While one lives new locks become biased after so many turns of one thread in a row; where the system has no heavy
/// fence, none does.
class biased_after {
 public:
  explicit biased_after(std::uint16_t turns) : before_{actors::detail::wait_lock::limit()} {
    actors::detail::wait_lock::set_limit(actors::detail::prepare_heavy_fence() ? turns : 0);
  }
  ~biased_after() { actors::detail::wait_lock::set_limit(before_); }
  biased_after(const biased_after&) = delete;
  biased_after& operator=(const biased_after&) = delete;

 private:
  const std::uint16_t before_;
};

}  // namespace test
