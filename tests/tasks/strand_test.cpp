// strand: one at a time, in order, on any number of workers.
#include <actors/actors.hpp>
#include <actors/strand.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::strand;
using actors::task;

constexpr int scaled(int count) { return ACTORS_TEST_SANITIZED != 0 ? count / 20 : count; }

// Reads, computes a little, writes: two at once would lose counts, and ThreadSanitizer would see them.
task<> counts(std::int64_t& counter, int rounds) {
  for (int i = 0; i != rounds; ++i) {
    const std::int64_t seen = counter;
    for (int spin = 0; spin != 20; ++spin) asm volatile("");
    counter = seen + 1;
    co_await actors::yield();
  }
}

TEST(strand, its_tasks_count_without_a_lock) {  // T15
  constexpr int tasks = 64;
  const int rounds = scaled(2'000);
  std::int64_t counter = 0;
  const auto main = [&]() -> task<> {
    const strand s;
    std::vector<actors::join_handle<>> all;
    for (int i = 0; i != tasks; ++i) all.push_back(s.spawn(counts(counter, rounds)));
    for (auto& each : all) co_await each;
  };
  actors::run(main(), {.workers = 4});
  EXPECT_EQ(counter, std::int64_t{tasks} * rounds);
}

// Posts come from everywhere: channels, timers, the blocking pool, a plain thread, other workers.
task<> waits_in_many_ways(std::int64_t& counter, actors::sender<int> out, actors::receiver<int> in, int rounds) {
  for (int i = 0; i != rounds; ++i) {
    co_await out.send(i);
    counter += 1;
    const auto got = co_await in.receive();
    counter += got ? 1 : 0;
    co_await actors::sleep(10us);
    counter += 1;
    counter += co_await actors::blocking([] { return 1; });
  }
}

task<> echoes(actors::receiver<int> in, actors::sender<int> out) {
  while (auto got = co_await in.receive()) co_await out.send(*got);
}

TEST(strand, wakes_come_from_everywhere) {  // T15
  constexpr int pairs = 8;
  const int rounds = scaled(1'000);
  for (const auto among : {actors::priority::high, actors::priority::normal, actors::priority::background}) {
    std::int64_t counter = 0;
    actors::runtime here{{.workers = 4}};
    const strand s{here, among};
    for (int i = 0; i != pairs; ++i) {
      auto [to, there] = actors::channel<int>(static_cast<std::size_t>(i % 2));
      auto [back, from] = actors::channel<int>(0);
      here.spawn(echoes(there, back));
      s.spawn(waits_in_many_ways(counter, to, from, rounds));
    }
    std::thread outside{[&] {
      for (int i = 0; i != rounds; ++i) s.spawn(counts(counter, 1)).wait();
    }};
    outside.join();
    const auto drained = [&]() -> task<std::int64_t> {
      while (counter != std::int64_t{pairs} * rounds * 4 + rounds) co_await actors::sleep(100us);
      co_return counter;
    };
    EXPECT_EQ(s.spawn(drained()).get(), std::int64_t{pairs} * rounds * 4 + rounds);
  }
}

// Who makes the strand active knows nothing else of those that ran there before.
TEST(strand, a_thread_that_waits_for_nobody_starts_tasks_on_it) {  // T15
  const int tasks = scaled(20'000);
  std::int64_t counter = 0;
  actors::runtime here{{.workers = 4}};
  const strand s{here};
  const auto once = [](std::int64_t& count) -> task<> {
    ++count;
    co_return;
  };
  for (int i = 0; i != tasks; ++i) {
    s.spawn(once(counter));
    for (int spin = 0; spin != 2'000; ++spin) asm volatile("");
  }
  s.spawn(once(counter)).wait();
  EXPECT_EQ(counter, tasks + 1);
}

TEST(strand, runs_first_in_first_out) {  // T15
  const auto main = []() -> task<std::string> {
    std::string seen;
    const strand s;
    const auto says = [](std::string& to, char first, char second) -> task<> {
      to += first;
      co_await actors::yield();
      to += second;
    };
    std::vector<actors::join_handle<>> all;
    const auto starts = [](const strand& on, auto body, std::string& to, auto& handles) -> task<> {
      for (int i = 0; i != 3; ++i)
        handles.push_back(on.spawn(body(to, static_cast<char>('a' + i), static_cast<char>('A' + i))));
      co_return;
    };
    co_await s.spawn(starts(s, says, seen, all));
    for (auto& each : all) co_await each;
    co_return seen;
  };
  EXPECT_EQ(actors::run(main(), {.workers = 4}), "abcABC");
}

TEST(strand, what_its_tasks_start_is_on_it) {  // T15
  const auto main = []() -> task<> {
    const strand s;
    EXPECT_FALSE(s.runs_here());
    const auto here = [](const strand& which) -> task<bool> { co_return which.runs_here(); };
    const auto starts = [](const strand& which, auto body) -> task<> {
      EXPECT_TRUE(which.runs_here());
      EXPECT_TRUE(co_await actors::spawn(body(which)));
      const auto [a, b] = co_await actors::gather(body(which), body(which));
      EXPECT_TRUE(a);
      EXPECT_TRUE(b);
      EXPECT_FALSE(co_await actors::spawn(body(which), actors::priority::normal));
      const strand other;
      EXPECT_FALSE(other == which);
      EXPECT_FALSE(co_await other.spawn(body(which)));
    };
    co_await s.spawn(starts(s, here));
  };
  actors::run(main(), {.workers = 2});
}

TEST(strand, gives_way_to_others_of_its_worker) {  // R2
  const auto main = []() -> task<> {
    bool over = false;
    const auto busy = [](const bool& until) -> task<> {
      while (!until) co_await actors::yield();
    };
    const strand s;
    auto one = s.spawn(busy(over));
    auto two = s.spawn(busy(over));
    co_await actors::yield();
    co_await actors::sleep(1ms);
    over = true;
    co_await one;
    co_await two;
  };
  actors::run(main(), {.workers = 1});
}

// What the end of a task wakes may run on another worker while the strand goes on with a long turn.
TEST(strand, what_a_task_wakes_is_not_behind_the_next_one) {  // T15, R4
  const auto main = []() -> task<> {
    for (int i = 0; i != 20; ++i) {
      const strand s;
      bool over = false;
      actors::detail::atomic<bool> seen{false};
      const auto ends = [](bool& flag) -> task<> {
        co_await actors::sleep(100us);
        flag = true;
      };
      const auto computes = [](const bool& flag, actors::detail::atomic<bool>& until) -> task<> {
        while (!flag) co_await actors::yield();
        while (!until.load()) std::this_thread::yield();
      };
      auto awaited = s.spawn(ends(over));
      auto computing = s.spawn(computes(over, seen));
      co_await awaited;
      seen.store(true);
      co_await computing;
    }
  };
  actors::run(main(), {.workers = 2});
}

TEST(strand, lives_as_long_as_its_tasks) {  // T15
  std::optional<actors::join_handle<std::string>> kept;
  const auto main = [&kept]() -> task<> {
    const auto slow = []() -> task<std::string> {
      co_await actors::sleep(1ms);
      co_return "done";
    };
    kept = strand{}.spawn(slow());
    co_await *kept;
  };
  actors::run(main(), {.workers = 2});
  EXPECT_EQ(kept->result(), "done") << "also after its runtime";
}

TEST(strand, the_end_of_a_runtime_ends_its_tasks) {  // T2
  std::optional<strand> outlives;
  int ended = 0;
  actors::detail::atomic<int> begun{0};
  const auto main = [&]() -> task<> {
    outlives.emplace();
    const auto stays = [](int& count, actors::detail::atomic<int>& there) -> task<> {
      there.fetch_add(1);
      try {
        co_await actors::sleep(1h);
      } catch (const actors::cancelled&) {
        ++count;
        throw;
      }
    };
    for (int i = 0; i != 100; ++i) outlives->spawn(stays(ended, begun));
    while (begun.load() != 100) co_await actors::yield();  // one that had not begun would never run
  };
  actors::run(main(), {.workers = 4});
  EXPECT_EQ(ended, 100) << "a plain variable: they ended one at a time";
}

TEST(strand, an_error_stays_in_its_task) {  // R5, T4
  const auto main = []() -> task<> {
    const strand s;
    const auto fails = []() -> task<> {
      co_await actors::yield();
      throw std::runtime_error{"its own"};
    };
    auto failing = s.spawn(fails());
    const auto never = []() -> task<> { co_await actors::sleep(1h); };
    auto stopped = s.spawn(never());
    stopped.cancel();
    EXPECT_THROW(co_await failing, std::runtime_error);
    EXPECT_THROW(co_await stopped, actors::cancelled);
  };
  actors::run(main(), {.workers = 2});
}

TEST(strand, needs_a_runtime) { EXPECT_THROW(strand{}, actors::usage_error); }

TEST(strand, strands_run_beside_each_other) {  // T15
  actors::detail::atomic<int> met{0};
  const auto meets = [](actors::detail::atomic<int>& both) -> task<> {
    both.fetch_add(1);
    while (both.load() != 2) std::this_thread::yield();  // holds its worker and its strand
    co_return;
  };
  const auto main = [&]() -> task<> {
    const strand a;
    const strand b;
    auto one = a.spawn(meets(met));
    auto two = b.spawn(meets(met));
    co_await one;
    co_await two;
  };
  actors::run(main(), {.workers = 3});
  EXPECT_EQ(met.load(), 2);
}

}  // namespace
