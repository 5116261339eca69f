// wait, as_completed, race, shield, gather and groups on real workers, for a short while: what must hold whoever is
// faster.
#include <actors/actors.hpp>
#include <actors/as_completed.hpp>
#include <actors/race.hpp>
#include <actors/shield.hpp>
#include <actors/task_group.hpp>
#include <actors/timeout.hpp>
#include <actors/wait.hpp>

#include "endings.hpp"
#include "support/counted.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <random>
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
using actors::task_group;
using actors::with_group;
using test::ending;
using test::how;
using test::number;

using dice = std::minstd_rand;

constexpr int rounds = 3000 / test::slowness;

std::chrono::microseconds a_while(dice& random) { return std::chrono::microseconds{random() % 30}; }

task<test::counted> make(test::ledger& books, int n, std::chrono::microseconds delay) {
  co_await actors::sleep(delay);
  if (n % 5 == 4) throw std::runtime_error{"every fifth"};
  co_return test::counted{books, n};
}

task<> waits_for_some(test::ledger& books, unsigned seed) {
  dice random{seed};
  for (int i = 0; i != rounds; ++i) {
    std::vector<join_handle<test::counted>> all;
    for (int k = 0; k != 5; ++k) all.push_back(spawn(make(books, k, a_while(random))));
    const auto when = static_cast<return_when>(random() % 3);
    auto found = co_await actors::wait(all, a_while(random), when);
    EXPECT_EQ(found.done.size() + found.pending.size(), 5U);
    for (const auto& each : found.done) EXPECT_TRUE(each.done());
    int errors = 0;
    auto ends = actors::as_completed(std::move(all));
    for (std::size_t left = random() % 6; left != 0; --left) {
      auto next = co_await ends.next();
      EXPECT_TRUE(next->done());
      if (next->exception() != nullptr) ++errors;
    }
    EXPECT_LE(errors, 1);
    for (const auto& each : found.pending) each.cancel();
    auto rest = co_await actors::wait(std::move(found.pending.empty() ? found.done : found.pending));
    for (const auto& each : rest.done) {
      EXPECT_TRUE(each.done());
      static_cast<void>(each.exception());
    }
    for (const auto& each : found.done) static_cast<void>(each.exception());
  }
}

TEST(combinator_stress, waiting_for_tasks_that_end_meanwhile) {  // G3, G4, C26
  for (const unsigned workers : {2U, 4U}) {
    test::ledger books;
    actors::run(actors::gather(waits_for_some(books, 1), waits_for_some(books, 2)), {.workers = workers});
    books.expect_settled();
  }
}

// One task that lives long, and many that wait for it for a short while each, at once.
task<int> waits_again_and_again(join_handle<> living, unsigned seed) {
  dice random{seed};
  int pending = 0;
  for (int i = 0; i != rounds; ++i) {
    std::vector<join_handle<>> one;
    one.push_back(living);
    auto found = co_await actors::wait(std::move(one), a_while(random));
    pending += found.pending.empty() ? 0 : 1;
  }
  co_return pending;
}

TEST(combinator_stress, many_wait_for_one_and_leave_no_entries) {  // C26
  actors::run(
      []() -> task<> {
        auto living = spawn(test::wait_long());
        std::vector<task<int>> all;
        for (unsigned i = 0; i != 8; ++i) all.push_back(waits_again_and_again(living, i + 1));
        for (const int pending : co_await actors::gather(std::move(all))) EXPECT_EQ(pending, rounds);
        test::expect_no_entries(living);
        living.cancel();
      }(),
      {.workers = 4});
}

task<int> races_once(test::ledger& books, std::chrono::microseconds a, std::chrono::microseconds b) {
  auto winner = co_await actors::race(make(books, 1, a), make(books, 2, b), make(books, 3, b));
  co_return winner.number();
}

task<int> shielded(join_handle<int> inner) { co_return co_await actors::shield(std::move(inner)); }

task<> races_and_shields(test::ledger& books, unsigned seed) {
  dice random{seed};
  for (int i = 0; i != rounds; ++i) {
    auto racing = spawn(races_once(books, a_while(random), a_while(random)));
    auto inner = spawn(number(7, a_while(random)));
    auto outer = spawn(shielded(inner));
    if (random() % 2 == 0) co_await actors::sleep(a_while(random));
    racing.cancel();
    outer.cancel();
    const auto await = [](auto handle) -> task<> { co_await handle; };
    const ending raced = co_await how(await(racing));
    EXPECT_TRUE(raced == ending::value || raced == ending::stopped);
    const ending seen = co_await how(await(outer));
    EXPECT_TRUE(seen == ending::value || seen == ending::stopped);
    const int value = co_await inner;
    EXPECT_EQ(value, 7);
  }
}

TEST(combinator_stress, races_and_shields_that_are_cancelled) {  // G6, G9
  for (const unsigned workers : {2U, 4U}) {
    test::ledger books;
    actors::run(actors::gather(races_and_shields(books, 1), races_and_shields(books, 2)), {.workers = workers});
    books.expect_settled();
  }
}

// ---- groups --------------------------------------------------------------------------------------------------------

struct living {
  explicit living(std::atomic<int>& counted) : count{counted} { ++count; }
  ~living() { --count; }
  living(const living&) = delete;
  std::atomic<int>& count;
};

task<> grows(task_group& group, std::atomic<int>& alive, unsigned seed, int depth) {
  const living here{alive};
  dice random{seed};
  for (int i = 0; i != 3 && depth != 0; ++i) {
    group.spawn(grows(group, alive, static_cast<unsigned>(random()), depth - 1));
    if (random() % 4 == 0) co_await actors::yield();
  }
  if (random() % 40 == 0) throw std::runtime_error{"one of many"};
  if (random() % 8 == 0) co_await actors::sleep(a_while(random));
}

task<> opens(std::atomic<int>& alive, unsigned seed) {
  task_group group;
  const auto body = [&alive, seed](task_group& all) -> task<> {
    all.spawn(grows(all, alive, seed, 3));
    if (seed % 3 == 0) co_await actors::yield();
    if (seed % 7 == 0) all.cancel();
    if (seed % 5 == 0) co_await actors::sleep(50us);
  };
  std::exception_ptr error;
  try {
    co_await with_group(group, body);
  } catch (...) {
    error = std::current_exception();
  }
  EXPECT_EQ(group.size(), 0U);
  static_cast<void>(group.errors());
  if (error) std::rethrow_exception(error);
}

task<> opens_one_after_another(unsigned first) {
  dice random{first};
  for (int i = 0; i != rounds / 3; ++i) {
    std::atomic<int> alive = 0;
    auto working = spawn(actors::wait_for(opens(alive, first + static_cast<unsigned>(i)), 20us + a_while(random)));
    if (random() % 4 == 0) {
      co_await actors::sleep(a_while(random));
      working.cancel();
    }
    co_await how([](auto handle) -> task<> { co_await handle; }(working));
    EXPECT_EQ(alive, 0) << "the group has ended";
  }
}

TEST(combinator_stress, groups_that_grow_fail_and_are_cancelled) {  // G7, G5
  for (const unsigned workers : {1U, 2U, 4U}) {
    actors::run(actors::gather(opens_one_after_another(1), opens_one_after_another(100'000)), {.workers = workers});
  }
}

// A plain thread cancels the group while children start others.
TEST(combinator_stress, groups_that_are_cancelled_from_outside) {  // G7
  const int count = rounds / 10 + 1;
  for (int i = 0; i != count; ++i) {
    std::atomic<int> alive = 0;
    actors::run(
        [](std::atomic<int>& in, unsigned seed) -> task<> {
          const auto body = [&in, seed](task_group& group) -> task<> {
            for (unsigned k = 0; k != 4; ++k) group.spawn(grows(group, in, seed * 4 + k, 3));
            co_await actors::blocking([&group] { group.cancel(); });
          };
          task_group all;
          co_await how(with_group(all, body));
          EXPECT_EQ(in, 0);
          static_cast<void>(all.errors());  // seen: they are not reported
        }(alive, static_cast<unsigned>(i + 1)),
        {.workers = 2});
  }
}

}  // namespace
