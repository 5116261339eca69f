// The lock of a source of waits: its bias to one thread, and how others take that back.
#include <actors/detail/wait_lock.hpp>

#include "support/biased_locks.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

namespace {

using actors::detail::held_note;
using actors::detail::no_thread;
using actors::detail::numbered_thread;
using actors::detail::prepare_heavy_fence;
using actors::detail::thread_number;
using actors::detail::wait_lock;
using test::biased_after;

/// Takes the lock; whether that was under a bias.
bool takes_under_bias(wait_lock& lock) {
  held_note* const noted_in = lock.lock(thread_number());
  lock.unlock(noted_in);
  return noted_in != nullptr;
}
/// How many turns it takes until the calling thread has the bias.
int turns_until_biased(wait_lock& lock, int most = 1000) {
  for (int turn = 1; turn <= most; ++turn)
    if (takes_under_bias(lock)) return turn;
  return 0;
}

/// That many where locks can be biased at all: where the system has membarrier(2).
int if_biased(int turns) { return prepare_heavy_fence() ? turns : 0; }

TEST(thread_number, no_two_threads_have_the_same) {
  EXPECT_EQ(thread_number(), no_thread);
  const numbered_thread here;
  std::uint8_t others = 0;
  std::thread{[&] {
    const numbered_thread there;
    others = thread_number();
  }}.join();
  EXPECT_NE(thread_number(), no_thread);
  EXPECT_NE(others, no_thread);
  EXPECT_NE(others, thread_number());
  std::thread{[&] {  // numbers are given again
    const numbered_thread there;
    EXPECT_EQ(thread_number(), others);
  }}
      .join();
}

TEST(thread_number, there_are_254) {
  std::vector<std::thread> threads;
  std::atomic<int> without = 0;
  std::barrier all{260};
  for (int i = 0; i != 260; ++i) {
    threads.emplace_back([&] {
      const numbered_thread here;
      if (thread_number() == no_thread) ++without;
      all.arrive_and_wait();
    });
  }
  for (auto& each : threads) each.join();
  EXPECT_EQ(without, 260 - 254);
}

TEST(wait_lock, becomes_biased_to_the_thread_that_uses_it_alone) {
  const biased_after few{8};
  const numbered_thread here;
  wait_lock lock;
  EXPECT_EQ(turns_until_biased(lock), if_biased(10));  // one, then eight in a row with it, then the first of its own
  EXPECT_EQ(takes_under_bias(lock), prepare_heavy_fence());
}

TEST(wait_lock, is_biased_to_nobody_without_a_number_or_a_limit) {
  const biased_after few{8};
  wait_lock lock;
  EXPECT_EQ(turns_until_biased(lock), 0);
  const biased_after none{1U << 20U};
  const numbered_thread here;
  wait_lock never;
  EXPECT_EQ(turns_until_biased(never, 2'000'000), 0);
}

TEST(wait_lock, loses_its_bias_to_another_thread_and_takes_longer_the_next_time) {
  const biased_after few{2};
  const numbered_thread here;
  wait_lock lock;
  EXPECT_EQ(turns_until_biased(lock), if_biased(4));
  std::thread{[&] { EXPECT_FALSE(takes_under_bias(lock)); }}.join();
  EXPECT_EQ(turns_until_biased(lock), if_biased(10));
  std::thread{[&] {
    const numbered_thread there;
    EXPECT_EQ(turns_until_biased(lock), if_biased(34));
  }}.join();
}

TEST(wait_lock, is_soon_biased_again_where_the_bias_was_worth_it) {
  const biased_after few{8};
  const numbered_thread here;
  wait_lock lock;
  for (int i = 0; i != 10 + wait_lock::enough; ++i) takes_under_bias(lock);
  std::thread{[&] { EXPECT_FALSE(takes_under_bias(lock)); }}.join();
  EXPECT_EQ(turns_until_biased(lock), if_biased(10));
}

TEST(wait_lock, is_biased_after_1024_turns_at_first_and_after_4096_at_the_latest) {
  const biased_after as_in_programs{1024};
  const numbered_thread here;
  wait_lock lock;
  const auto take_back = [&] { std::thread{[&] { EXPECT_FALSE(takes_under_bias(lock)); }}.join(); };
  EXPECT_NEAR(turns_until_biased(lock, 100'000), if_biased(1024), if_biased(2));
  for (int i = 0; i != 4; ++i) {
    take_back();
    turns_until_biased(lock, 100'000);
  }
  for (int i = 0; i != 3; ++i) {
    take_back();
    EXPECT_NEAR(turns_until_biased(lock, 100'000), if_biased(4096), if_biased(2));
  }
}

// What it costs the calling thread to take the lock.
std::uint32_t cost_of_turn(wait_lock& lock) {
  const std::uint32_t before = actors::detail::contention_of_this_thread();
  takes_under_bias(lock);
  return actors::detail::contention_of_this_thread() - before;
}

TEST(wait_lock, tells_who_comes_what_it_costs_that_others_use_it) {
  const biased_after few{8};
  const numbered_thread here;
  wait_lock lock;
  EXPECT_EQ(cost_of_turn(lock), 0U);
  for (int i = 0; i != 5; ++i) EXPECT_EQ(cost_of_turn(lock), 0U);
  std::uint32_t other = 0;
  const auto other_comes = [&] {
    std::thread{[&] {
      const numbered_thread there;
      other = cost_of_turn(lock);
    }}.join();
  };
  other_comes();
  EXPECT_EQ(other, 10U + static_cast<std::uint32_t>(
                             if_biased(5)));  // the lock has to come, and was not biased after five turns
  EXPECT_EQ(cost_of_turn(lock), 10U);
  if (turns_until_biased(lock) != 0) {
    other_comes();
    EXPECT_GE(other, 1'000U) << "a fence";
  }
}

TEST(wait_lock, of_several_that_a_thread_holds_eight_are_held_under_their_bias) {
  const biased_after few{1};
  const numbered_thread here;
  std::array<wait_lock, 9> locks;
  for (wait_lock& each : locks) EXPECT_EQ(turns_until_biased(each), if_biased(3));
  std::array<held_note*, 9> noted_in{};
  for (std::size_t i = 0; i != locks.size(); ++i) noted_in[i] = locks[i].lock(thread_number());
  for (std::size_t i = 0; i != 8; ++i) EXPECT_EQ(noted_in[i] != nullptr, prepare_heavy_fence()) << i;
  EXPECT_EQ(noted_in[8], nullptr);
  for (std::size_t i = 0; i != locks.size(); ++i) locks[i].unlock(noted_in[i]);
  for (std::size_t i = 0; i != 8; ++i) EXPECT_EQ(takes_under_bias(locks[i]), prepare_heavy_fence()) << i;
}

// The outer one is held in the first note: those who want an inner one look at all.
TEST(wait_lock, keeps_others_out_of_each_of_several_that_are_held_under_their_bias) {
  const biased_after few{1};
  const numbered_thread here;
  std::array<wait_lock, 3> locks;
  for (wait_lock& each : locks) turns_until_biased(each);
  for (wait_lock& wanted : locks) {
    std::array<held_note*, 3> noted_in{};
    for (std::size_t i = 0; i != locks.size(); ++i) noted_in[i] = locks[i].lock(thread_number());
    std::atomic<bool> coming = false;
    std::atomic<bool> inside = false;
    std::jthread other{[&] {
      coming = true;
      const wait_lock::hold held{wanted};
      inside = true;
    }};
    while (!coming) std::this_thread::yield();
    for (int i = 0; i != 1000; ++i) std::this_thread::yield();
    EXPECT_FALSE(inside);
    for (std::size_t i = 0; i != locks.size(); ++i) locks[i].unlock(noted_in[i]);
    other.join();
    turns_until_biased(wanted, 100'000);
  }
}

// Numbered threads and others, with phases in which one has the lock to itself.
TEST(wait_lock, has_one_holder_whoever_comes) {
  constexpr int threads = 4;
  constexpr int phases = 200 / (ACTORS_TEST_SANITIZED != 0 ? 4 : 1);
  constexpr int turns = 40;
  const biased_after few{4};
  std::optional<wait_lock> lock;  // a new one after each second phase: the bias comes later and later
  std::int64_t count = 0;
  std::atomic<int> under_bias = 0;
  int begun = 0;
  std::barrier phase{threads, [&]() noexcept {
                       if (begun++ % 2 == 0) lock.emplace();
                     }};
  {
    std::vector<std::jthread> all;
    for (int i = 0; i != threads; ++i) {
      all.emplace_back([&, i] {
        const numbered_thread here;
        const std::uint8_t number = i == 0 ? no_thread : thread_number();
        for (int k = 0; k != phases; ++k) {
          phase.arrive_and_wait();
          const bool is_alone = k % 2 == 0;
          if (is_alone && k / 2 % threads != i) continue;
          for (int turn = 0; turn != turns; ++turn) {
            held_note* const noted_in = lock->lock(number);
            const std::int64_t before = count;
            // Now and then for longer than it takes to take a bias back.
            for (int round = turn % 16 == 0 ? 2'000 : 20; round != 0; --round) actors::detail::give_way(0);
            count = before + 1;
            if (noted_in != nullptr) ++under_bias;
            lock->unlock(noted_in);
          }
        }
      });
    }
  }
  EXPECT_EQ(count, phases / 2 * turns + phases / 2 * threads * turns);
  EXPECT_EQ(under_bias > 0, prepare_heavy_fence());
}

}  // namespace
