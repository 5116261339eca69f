// biased_locks: locks of channels that become biased to a thread at once, not after thousands of turns.
#pragma once

#include <actors/detail/wait_lock.hpp>

#include <bit>
#include <cstdint>

namespace test {

/// While one lives new locks become biased after so many turns of one thread in a row: a power of two, 1024 as in
/// programs, or 2^20: never. Where the system has no heavy fence, none does.
class biased_after {
 public:
  explicit biased_after(std::uint32_t turns) : before_{actors::detail::wait_lock::limit_log()} {
    const auto log = static_cast<std::uint8_t>(std::countr_zero(turns));
    actors::detail::wait_lock::set_limit_log(actors::detail::prepare_heavy_fence() ? log
                                                                                   : actors::detail::wait_lock::never);
  }
  ~biased_after() { actors::detail::wait_lock::set_limit_log(before_); }
  biased_after(const biased_after&) = delete;
  biased_after& operator=(const biased_after&) = delete;

 private:
  const std::uint8_t before_;
};

}  // namespace test
