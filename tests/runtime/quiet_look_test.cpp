// When the last worker to sleep looks whether waits can ever end.
#include <actors/actors.hpp>

#include "quiet_observer.hpp"
#include "support/waiting.hpp"
#include "timer_queue.hpp"
#include "worker_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>

namespace {

using actors::task;

/// Wants one look after each step of the program, and makes the worker that looks stay until it may go on.
class patient final : public actors::detail::quiet_observer {
 public:
  std::int64_t delay(unsigned looks) const noexcept override {
    if (looks == 0) return 1'000'000;
    refused = true;
    return actors::detail::timer_queue::never;
  }
  bool look(actors::detail::worker_scheduler&, unsigned looks) noexcept override {
    EXPECT_EQ(looks, 0U);
    ++begun;
    test::spin_until([this] { return go_on.load(); });
    ++ended;
    return true;
  }
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
  std::atomic<bool> go_on{false};
  mutable std::atomic<bool> refused{false};
};

TEST(quiet_look, comes_again_where_another_worker_ran_what_came_meanwhile) {  // R8
  patient looks;
  actors::runtime on{{.workers = 2}};
  auto& its = static_cast<actors::detail::worker_scheduler&>(on.scheduler());
  its.observe_quiet(looks);
  const auto [tx, rx] = actors::channel<int>(0);
  const auto waits = on.spawn([](auto in) -> task<> { co_await in.receive(); }(rx));
  test::spin_until([&] { return looks.begun == 1; });
  on.spawn([]() -> task<> { co_return; }()).wait();
  test::spin_until([&] { return its.sleeps(0) || its.sleeps(1); });
  looks.go_on = true;
  test::spin_until([&] { return looks.ended == 2 || (looks.ended == 1 && looks.refused); });
  EXPECT_EQ(looks.ended, 2);
  waits.cancel();
  waits.wait();
}

}  // namespace
