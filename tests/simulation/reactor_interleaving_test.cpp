// I/O in the parking protocol under many schedules: a reactor whose completions come from a thread of the test.
#include <actors/actors.hpp>

#include "exploring.hpp"
#include "platform.hpp"
#include "reactor.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::receiver;
using actors::sender;
using actors::simulated_time;
using actors::task;
using test::holds_in_all;

/// What Asio's io_context is to the workers: a completion sends its number to a channel.
class events final : public actors::detail::reactor {
 public:
  static std::unique_ptr<reactor> make() { return std::make_unique<events>(); }
  static events& of(actors::runtime& where) { return static_cast<events&>(where.scheduler().io(&make)); }

  /// Any thread.
  void deliver(const sender<int>& to, int value) {
    {
      const std::lock_guard guard{lock_};
      ready_.emplace_back(to, value);
    }
    state_.fetch_or(is_ready);
    actors::detail::futex_wake_one(state_);
  }

  void poll() noexcept override {
    forget_interrupts();
    run_ready();
  }
  void wait(std::int64_t deadline) noexcept override {
    if (state_.load() == 0) actors::detail::futex_wait(state_, 0, deadline);
    if ((state_.load() & is_interrupted) == 0) run_ready();
  }
  void interrupt() noexcept override {
    state_.fetch_or(is_interrupted);
    actors::detail::futex_wake_one(state_);
  }
  void forget_interrupts() noexcept override { state_.fetch_and(~is_interrupted); }

 private:
  static constexpr std::uint32_t is_ready = 1;
  static constexpr std::uint32_t is_interrupted = 2;

  void run_ready() noexcept {
    if ((state_.fetch_and(~is_ready) & is_ready) == 0) return;
    std::vector<std::pair<sender<int>, int>> now;
    {
      const std::lock_guard guard{lock_};
      now.swap(ready_);
    }
    for (auto& [to, value] : now) static_cast<void>(to.try_send(value));  // its receiver may be gone
  }

  actors::detail::atomic<std::uint32_t> state_{0};
  actors::detail::mutex lock_;
  std::vector<std::pair<sender<int>, int>> ready_;
};

/// Waits for what others do, without an end: no time may pass meanwhile.
template <class Ready>
void spin_until(Ready ready) {
  for (unsigned round = 0; !ready(); ++round) actors::detail::give_way(round);
}

task<> pass_on(receiver<int> from, sender<int> to) {
  while (auto value = co_await from.receive()) co_await to.send(*value);
}

TEST(reactor_interleaving, a_completion_wakes_a_worker_at_once) {  // R4
  for (const unsigned workers : {1U, 2U, 3U}) {
    holds_in_all(
        [=] {
          auto [to_task, in_task] = actors::channel<int>(actors::unbounded);
          auto [from_task, here] = actors::channel<int>(actors::unbounded);
          actors::runtime idle{{.workers = workers}};
          auto passing = idle.spawn(pass_on(std::move(in_task), std::move(from_task)));
          events& io = events::of(idle);
          const auto begin = simulated_time();
          for (int i = 0; i != 3; ++i) {
            io.deliver(to_task, i);
            spin_until([&, &in = here] { return in.try_receive().value == i; });
          }
          EXPECT_EQ(simulated_time(), begin);
          to_task.close();
          passing.get();
        },
        {}, 2'000);
  }
}

// From outside and as completions in turn: each finds the one who sleeps, wherever that is.
TEST(reactor_interleaving, posts_and_completions_in_turn) {  // R3, R4
  for (const unsigned workers : {1U, 2U, 3U}) {
    holds_in_all(
        [=] {
          auto [to_task, in_task] = actors::channel<int>(actors::unbounded);
          auto [from_task, here] = actors::channel<int>(actors::unbounded);
          actors::runtime idle{{.workers = workers}};
          events& io = events::of(idle);
          auto passing = idle.spawn(pass_on(std::move(in_task), std::move(from_task)));
          const auto begin = simulated_time();
          int sum = 0;
          actors::detail::joining_thread other{[&, to = to_task] { io.deliver(to, 1); }};
          ASSERT_EQ(to_task.try_send(2), channel_status::ok);
          io.deliver(to_task, 4);
          spin_until([&, &in = here] {
            if (const auto got = in.try_receive(); got.value) sum += *got.value;
            return sum == 7;
          });
          EXPECT_EQ(simulated_time(), begin);
          other.join();
          to_task.close();
          passing.get();
        },
        {}, 2'000);
  }
}

// ---- beside a turn that does not end -------------------------------------------------------------------------------

/// Holds its worker, without using its time, until it is opened.
class gate {
 public:
  void open() {
    const std::lock_guard guard{lock_};
    is_open_ = true;
    opened_.notify_all();
  }
  void pass() {
    std::unique_lock guard{lock_};
    opened_.wait(guard, [this] { return is_open_; });
  }

 private:
  actors::detail::mutex lock_;
  actors::detail::condition_variable opened_;
  bool is_open_ = false;
};

enum class cause : std::uint8_t { completion, timer, post };

/// Waits for its cause.
task<> wait_for_cause(cause what, receiver<int> from, std::chrono::milliseconds delay) {
  if (what == cause::timer)
    co_await actors::sleep(delay);
  else
    co_await from.receive();
}
task<> pass_after(task<> before, gate& closed) {
  co_await before;
  closed.pass();
}
task<> open_after(task<> before, gate& closed) {
  co_await before;
  closed.open();
}

// Without somebody who looks this is a deadlock, which the simulation reports.
void open_beside_a_long_turn(unsigned workers, cause first, cause second, std::chrono::milliseconds delay) {
  gate closed;
  auto [to_first, in_first] = actors::channel<int>(actors::unbounded);
  auto [to_second, in_second] = actors::channel<int>(actors::unbounded);
  actors::runtime here{{.workers = workers}};
  events* const io = first == cause::completion || second == cause::completion ? &events::of(here) : nullptr;
  auto passing = here.spawn(pass_after(wait_for_cause(first, std::move(in_first), 1ms), closed));
  auto opening = here.spawn(open_after(wait_for_cause(second, std::move(in_second), delay), closed));
  const auto trigger = [io](cause what, const sender<int>& to) {
    if (what == cause::completion) io->deliver(to, 1);
    if (what == cause::post) {
      EXPECT_EQ(to.try_send(1), channel_status::ok);
    }
  };
  const auto begin = simulated_time();
  trigger(first, to_first);
  trigger(second, to_second);
  passing.get();
  opening.get();
  EXPECT_LE(simulated_time() - begin, 5ms);
}

TEST(reactor_interleaving, nothing_is_unseen_beside_a_turn_that_does_not_end) {  // R4, R11
  for (const unsigned workers : {2U, 3U}) {
    for (const cause first : {cause::completion, cause::timer, cause::post}) {
      for (const cause second : {cause::completion, cause::timer, cause::post}) {
        SCOPED_TRACE(testing::Message() << workers << " workers, " << static_cast<int>(first) << " then "
                                        << static_cast<int>(second));
        for (const auto delay : {1ms, 2ms}) {  // the same time as the first one's, or a later one
          holds_in_all([=] { open_beside_a_long_turn(workers, first, second, delay); }, {}, 500);
          if (HasFailure()) return;
        }
      }
    }
  }
}

task<> deliver_and_pass(events& io, sender<int> to, gate& closed) {
  io.deliver(to, 1);
  closed.pass();
  co_return;
}

// What a worker that runs hands to the reactor, as an operation that is started or cancelled does.
TEST(reactor_interleaving, a_completion_that_a_long_turn_caused_is_seen) {  // R4
  for (const unsigned workers : {2U, 3U}) {
    holds_in_all(
        [=] {
          gate closed;
          auto [to_task, in_task] = actors::channel<int>(actors::unbounded);
          actors::runtime here{{.workers = workers}};
          auto opening = here.spawn(open_after(wait_for_cause(cause::completion, std::move(in_task), 0ms), closed));
          auto passing = here.spawn(deliver_and_pass(events::of(here), to_task, closed));
          passing.get();
          opening.get();
        },
        {}, 2'000);
  }
}

// ---- the end -------------------------------------------------------------------------------------------------------

TEST(reactor_interleaving, a_runtime_ends_while_completions_come) {  // T2, R4
  for (const unsigned workers : {1U, 2U, 3U}) {
    holds_in_all(
        [=] {
          auto [to_task, in_task] = actors::channel<int>(actors::unbounded);
          auto [from_task, here] = actors::channel<int>(actors::unbounded);
          {
            actors::runtime ending{{.workers = workers}};
            events& io = events::of(ending);
            ending.spawn(pass_on(std::move(in_task), std::move(from_task)));
            io.deliver(to_task, 1);
          }
        },
        {}, 2'000);
  }
}

}  // namespace
