// simulated_scheduler: runs tasks in the calling thread under virtual time, choosing among the ready ones by a seed.
#pragma once

#include <actors/detail/scheduler.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// Nothing is ready, no timer runs, and the main task has not ended.
class deadlock : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// One step at a time, each the turn of a task or one half of a blocking call (its begin, its end). The same seed gives
/// the same schedule. Time stands still while anything is ready, then jumps to the next deadline.
class simulated_scheduler final : public actors::detail::scheduler {
 public:
  explicit simulated_scheduler(std::uint64_t seed);
  ~simulated_scheduler();

  void post(actors::runnable& work) noexcept override { ready_.push_back(&work); }
  actors::detail::steady_time now() const noexcept override { return now_; }
  bool start(actors::detail::timer& pending, actors::waiter* who) noexcept override;
  void stop(actors::detail::timer& pending) noexcept override;
  bool offload(actors::detail::blocking_job& job) override;
  bool recall(actors::detail::blocking_job& job) noexcept override;

  /// Lets time pass while the calling task runs, as when other workers fire its timers meanwhile.
  void elapse(std::chrono::nanoseconds time);

  /// Steps until `ended` says so. Throws deadlock when that cannot come.
  void run_until(const std::function<bool()>& ended);
  /// Cancels what is left and steps until it has ended.
  void cancel_rest();

  std::size_t steps() const noexcept { return steps_; }

 private:
  bool step();
  void run_blocking(std::size_t index);
  bool advance_time();
  void fire_due();
  std::size_t choose(std::size_t count) { return std::uniform_int_distribution<std::size_t>{0, count - 1}(random_); }

  std::mt19937_64 random_;
  actors::detail::steady_time now_{};
  std::vector<actors::runnable*> ready_;
  std::vector<actors::detail::blocking_job*> jobs_;  // queued or running
  std::vector<actors::detail::timer*> timers_;
  std::size_t steps_ = 0;
  actors::detail::scheduler* const outside_;
};

/// The one that runs the calling task.
inline simulated_scheduler& simulation() {
  return static_cast<simulated_scheduler&>(*actors::detail::current_scheduler());
}

/// Runs `main` on a simulated scheduler until it and all that it spawned have ended; gives its result or throws its
/// error, `deadlock` where it cannot end.
template <class T>
T run_simulated(std::uint64_t seed, actors::task<T> main) {
  simulated_scheduler here{seed};
  auto root = actors::detail::start_task(std::move(main), here);
  here.run_until([&] { return root.done(); });
  here.cancel_rest();
  if constexpr (std::is_void_v<T>)
    root.result();
  else
    return std::move(root.result());
}

/// Runs `make_main()` for the seeds 1 to `seeds`, naming the seed where a test fails in it.
template <class F>
void for_seeds(std::uint64_t seeds, F make_main) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    run_simulated(seed, make_main());
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace test
