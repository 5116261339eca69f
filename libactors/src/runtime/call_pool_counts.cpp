// What a pool for calls that block counts, and tells of itself.
#include "call_pool.hpp"
#include "platform.hpp"

#include <algorithm>
#include <mutex>

namespace actors::inline v1::detail {

// Without the lock. The clocks of two processors may differ by a little.
void call_pool::note_wait(pool_thread& self, const blocking_job& job, std::uint64_t now) noexcept {
  const auto waited =
      static_cast<std::uint64_t>(std::max<std::int64_t>(static_cast<std::int64_t>(now - job.queued_at), 0));
  if (waited > self.longest_wait.load(std::memory_order_relaxed))
    self.longest_wait.store(waited, std::memory_order_relaxed);
  self.waits.add(static_cast<std::uint64_t>(static_cast<double>(waited) / cycles_per_nanosecond()));
}

blocking_statistics call_pool::statistics() noexcept {
  blocking_statistics now;
  const std::lock_guard guard{lock_};
  now.threads = alive_;
  now.queued = unseen(queued_).load(std::memory_order_relaxed);
  now.done = done_by_the_gone_;
  now.refused = refused_;
  now.long_lived = long_lived_;
  now.cancelled = cancelled_;
  std::uint64_t longest = longest_of_the_gone_;
  std::size_t busy = 0;
  for (const pool_thread& each : threads_) {
    const std::uint64_t ended = unseen(each.ended).load(std::memory_order_acquire);
    const std::uint64_t running = unseen(each.begun).load(std::memory_order_relaxed) - ended;
    now.done += ended;
    now.running += running;
    if (running != 0) ++busy;
    longest = std::max(longest, each.longest_wait.load(std::memory_order_relaxed));
  }
  now.longest_wait =
      std::chrono::nanoseconds{static_cast<std::int64_t>(static_cast<double>(longest) / cycles_per_nanosecond())};
  now.idle = now.threads - std::min(busy, now.threads);
  return now;
}

duration_counts call_pool::waits() noexcept {
  const std::lock_guard guard{lock_};
  duration_counts now = waits_of_the_gone_;
  for (const pool_thread& each : threads_) now += each.waits.counts();
  return now;
}

// Under the lock, of one that is about to leave the list of threads.
void call_pool::keep_counts_of(const pool_thread& one) noexcept {
  done_by_the_gone_ += unseen(one.ended).load(std::memory_order_relaxed);
  waits_of_the_gone_ += one.waits.counts();
  longest_of_the_gone_ = std::max(longest_of_the_gone_, one.longest_wait.load(std::memory_order_relaxed));
}

}  // namespace actors::inline v1::detail
