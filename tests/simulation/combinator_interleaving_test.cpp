// wait, as_completed, race, shield and gather over handles under many schedules: tasks end while somebody begins to
// wait for them, stops to, or is cancelled.
#include <actors/actors.hpp>
#include <actors/as_completed.hpp>
#include <actors/race.hpp>
#include <actors/shield.hpp>
#include <actors/wait.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::join_handle;
using actors::return_when;
using actors::spawn;
using actors::task;
using test::holds_in_all;

task<int> soon(int value) {
  co_await actors::yield();
  co_return value;
}
task<int> later(int value, std::chrono::seconds delay) {
  co_await actors::sleep(delay);
  co_return value;
}
task<int> fails_soon() {
  co_await actors::yield();
  throw std::runtime_error{"soon"};
}
/// Takes its time, and some steps, to answer a cancellation by a value.
task<int> ignores_for_a_while(int value) {
  bool asked = false;
  try {
    co_await actors::sleep(1h);
  } catch (const cancelled&) {
    asked = true;
  }
  for (int i = 0; asked && i != 2; ++i) co_await actors::yield();
  co_return value;
}

template <class... Ts>
std::vector<join_handle<int>> all_of(Ts... handles) {
  std::vector<join_handle<int>> all;
  (all.push_back(std::move(handles)), ...);
  return all;
}

/// Nobody else waits for the end of that task: an entry that is added is alone.
void expect_no_entries(const join_handle<int>& handle) {
  actors::detail::completion probe;
  probe.done = [](actors::detail::completion&, actors::detail::task_state&) noexcept { return false; };
  actors::detail::task_state& state = *actors::detail::handle_access::block(handle);
  if (!state.subscribe(probe)) return;
  EXPECT_EQ(probe.next, nullptr);
  state.unsubscribe(probe);
}

enum class ending { value, error, over_time, stopped };

/// How a task ended that may be cancelled before it begins.
template <class T>
task<ending> end_of(join_handle<T> which) {
  try {
    co_await which;
  } catch (const cancelled&) {
    co_return ending::stopped;
  } catch (const actors::timed_out&) {
    co_return ending::over_time;
  } catch (const std::runtime_error&) {
    co_return ending::error;
  }
  co_return ending::value;
}

template <class T>
task<> cancels(join_handle<T> which) {
  which.cancel();
  co_return;
}

// ---- wait ----------------------------------------------------------------------------------------------------------

TEST(combinator_interleaving, wait_sees_each_task_in_one_of_the_two) {  // G3
  for (const return_when when :
       {return_when::first_completed, return_when::first_exception, return_when::all_completed}) {
    holds_in_all(
        [when]() -> task<> {
          auto handles = all_of(spawn(soon(1)), spawn(soon(2)), spawn(fails_soon()));
          auto found = co_await actors::wait(handles, when);
          EXPECT_EQ(found.done.size() + found.pending.size(), 3U);
          EXPECT_GE(found.done.size(), when == return_when::all_completed ? 3U : 1U);
          bool failed = false;
          for (const auto& each : found.done) {
            EXPECT_TRUE(each.done());
            failed = failed || each.exception() != nullptr;
          }
          EXPECT_TRUE(failed || when == return_when::first_completed || found.done.size() == 3);
          for (const auto& each : found.pending) expect_no_entries(each);
          auto rest = co_await actors::wait(std::move(handles));
          EXPECT_TRUE(rest.pending.empty());
          EXPECT_TRUE(rest.done[2].exception() != nullptr);
        },
        {.workers = 3}, 1'000);
  }
}

TEST(combinator_interleaving, the_end_of_a_task_meets_the_limit_of_a_wait) {  // G3, C16, C26
  holds_in_all(
      []() -> task<> {
        auto handles = all_of(spawn(later(1, 1s)), spawn(later(2, 1h)));
        for (int i = 0; i != 2; ++i) {
          auto found = co_await actors::wait(handles, 500ms, return_when::first_completed);
          EXPECT_EQ(found.done.size() + found.pending.size(), 2U);
          for (const auto& each : found.pending) EXPECT_EQ(each.ref().cancel_requests(), 0U);
        }
        expect_no_entries(handles[1]);
        const int first = co_await handles[0];
        EXPECT_EQ(first, 1);
        handles[1].cancel();
      },
      {.workers = 2}, 4'000);
}

task<std::size_t> waits(std::vector<join_handle<int>> handles) {
  const auto found = co_await actors::wait(std::move(handles));
  co_return found.done.size();
}

TEST(combinator_interleaving, two_wait_for_one_task_and_one_of_them_is_cancelled) {  // G3, C18, T6
  holds_in_all(
      []() -> task<> {
        auto target = spawn(soon(1));
        auto one = spawn(waits(all_of(target)));
        auto two = spawn(waits(all_of(target)));
        auto cancelling = spawn(cancels(one));
        const ending first = co_await end_of(one);
        EXPECT_TRUE(first == ending::value || first == ending::stopped);
        const std::size_t found = co_await two;
        EXPECT_EQ(found, 1U) << "the other one is told";
        const int value = co_await target;
        EXPECT_EQ(value, 1) << "a cancelled wait stops nobody";
        co_await cancelling;
      },
      {.workers = 3}, 4'000);
}

// ---- as_completed --------------------------------------------------------------------------------------------------

TEST(combinator_interleaving, as_completed_gives_each_task_once_and_ended) {  // G4
  holds_in_all(
      []() -> task<> {
        auto ends = actors::as_completed(all_of(spawn(soon(1)), spawn(soon(2)), spawn(soon(4))));
        int sum = 0;
        while (auto next = co_await ends.next()) {
          EXPECT_TRUE(next->done());
          sum += next->result();
        }
        EXPECT_EQ(sum, 7);
      },
      {.workers = 3});
}

TEST(combinator_interleaving, as_completed_is_left_half_way_while_tasks_end) {  // G4
  holds_in_all(
      []() -> task<> {
        auto slow = spawn(later(3, 1s));
        auto handles = all_of(spawn(soon(1)), spawn(soon(2)), slow);
        {
          auto ends = actors::as_completed(handles, 1s);
          auto first = co_await ends.next();
          EXPECT_TRUE(first->done());
        }
        expect_no_entries(slow);
        int sum = 0;
        for (auto& each : handles) sum += co_await each;
        EXPECT_EQ(sum, 6) << "the others run on";
      },
      {.workers = 3});
}

task<int> takes_all(std::vector<join_handle<int>> handles) {
  auto ends = actors::as_completed(std::move(handles), 1s);
  int taken = 0;
  bool asked = false;
  for (bool more = true; more;) {
    try {
      auto next = co_await ends.next();
      more = next.has_value();
      if (more) taken += next->result();
    } catch (const cancelled&) {
      EXPECT_FALSE(asked) << "thrown once";
      asked = true;
    } catch (const actors::timed_out&) {
      more = false;
    }
  }
  co_return taken;
}

TEST(combinator_interleaving, a_cancelled_next_took_nothing) {  // G4, C16
  holds_in_all(
      []() -> task<> {
        auto taking = spawn(takes_all(all_of(spawn(soon(1)), spawn(soon(2)), spawn(soon(4)))));
        co_await actors::yield();
        taking.cancel();
        try {
          const int sum = co_await taking;
          EXPECT_EQ(sum, 7);
        } catch (const cancelled&) {  // before it began
        }
      },
      {.workers = 3}, 4'000);
}

TEST(combinator_interleaving, an_end_and_the_limit_of_as_completed_at_one_moment) {  // G4, C16
  holds_in_all(
      []() -> task<> {
        auto taking = spawn(takes_all(all_of(spawn(later(1, 1s)), spawn(later(2, 1s)))));
        const int sum = co_await taking;
        EXPECT_TRUE(sum >= 0 && sum <= 3);
      },
      {.workers = 3});
}

// ---- race ----------------------------------------------------------------------------------------------------------

struct living {
  explicit living(actors::detail::atomic<int>& counted) : count{counted} { count.fetch_add(1); }
  ~living() { count.fetch_sub(1); }
  living(const living&) = delete;
  actors::detail::atomic<int>& count;
};
task<int> counted(actors::detail::atomic<int>& alive, task<int> work) {
  const living here{alive};
  const int value = co_await work;
  co_return value;
}

TEST(combinator_interleaving, a_race_ends_when_the_losers_have) {  // G9
  holds_in_all(
      []() -> task<> {
        actors::detail::atomic<int> alive{0};
        auto racing =
            actors::race(counted(alive, soon(1)), counted(alive, soon(2)), counted(alive, ignores_for_a_while(3)));
        const int winner = co_await racing;
        EXPECT_TRUE(winner == 1 || winner == 2) << winner;
        EXPECT_EQ(alive.load(), 0);
        co_await actors::sleep(1s);
      },
      {.workers = 3});
}

task<int> races(actors::detail::atomic<int>& alive, bool& asked_later) {
  auto racing = actors::race(counted(alive, ignores_for_a_while(1)), counted(alive, later(2, 1h)));
  int winner = 0;
  bool stopped = false;
  try {
    winner = co_await racing;
  } catch (const cancelled&) {
    stopped = true;
  }
  EXPECT_EQ(alive.load(), 0);
  try {
    co_await actors::sleep(1s);
  } catch (const cancelled&) {
    asked_later = true;
  }
  EXPECT_NE(stopped, asked_later) << "the cancellation is thrown once";
  co_await actors::sleep(1s);
  co_return winner;
}

TEST(combinator_interleaving, a_cancelled_race_of_tasks_that_ignore_it_for_a_while) {  // G9, T5
  holds_in_all(
      []() -> task<> {
        actors::detail::atomic<int> alive{0};
        bool asked_later = false;
        auto racing = spawn(races(alive, asked_later));
        co_await actors::yield();
        racing.cancel();
        const ending last = co_await end_of(racing);
        EXPECT_TRUE(last == ending::value || last == ending::stopped);
        EXPECT_EQ(alive.load(), 0);
      },
      {.workers = 3}, 4'000);
}

// ---- shield --------------------------------------------------------------------------------------------------------

task<int> shields(join_handle<int> inner) {
  const int value = co_await actors::shield(std::move(inner));
  co_return value;
}

TEST(combinator_interleaving, what_is_shielded_never_hears_of_a_cancellation) {  // G6
  holds_in_all(
      []() -> task<> {
        auto inner = spawn(soon(5));
        auto outer = spawn(shields(inner));
        auto cancelling = spawn(cancels(outer));
        const ending last = co_await end_of(outer);
        EXPECT_TRUE(last == ending::value || last == ending::stopped);
        const int value = co_await inner;
        EXPECT_EQ(value, 5);
        EXPECT_EQ(inner.ref().cancel_requests(), 0U);
        co_await cancelling;
      },
      {.workers = 3}, 4'000);
}

// ---- gather over handles -------------------------------------------------------------------------------------------

task<int> gathers(std::vector<join_handle<int>> handles) {
  auto values = co_await actors::gather(std::move(handles));
  int sum = 0;
  for (const int each : values) sum += each;
  co_return sum;
}

TEST(combinator_interleaving, gather_of_handles_throws_while_the_others_run_on) {  // G2
  holds_in_all(
      []() -> task<> {
        auto other = spawn(later(3, 1s));
        auto gathering = spawn(gathers(all_of(spawn(soon(1)), spawn(fails_soon()), other)));
        const ending last = co_await end_of(gathering);
        EXPECT_EQ(last, ending::error);
        EXPECT_FALSE(other.done());
        expect_no_entries(other);
        const int value = co_await other;
        EXPECT_EQ(value, 3);
      },
      {.workers = 3});
}

TEST(combinator_interleaving, a_cancelled_gather_of_handles_ends_after_all_of_them) {  // G2, T6
  holds_in_all(
      []() -> task<> {
        auto handles = all_of(spawn(soon(1)), spawn(later(2, 1h)), spawn(ignores_for_a_while(3)));
        auto gathering = spawn(gathers(handles));
        co_await actors::yield();
        gathering.cancel();
        const bool began = co_await end_of(gathering) != ending::stopped || handles[1].was_cancelled();
        for (const auto& each : handles) {
          EXPECT_TRUE(!began || each.done());
          each.cancel();
        }
      },
      {.workers = 3}, 4'000);
}

}  // namespace
