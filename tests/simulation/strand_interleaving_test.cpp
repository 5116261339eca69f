// Strands under many schedules: who makes one active, who makes it idle, and the last reference.
#include <actors/actors.hpp>
#include <actors/strand.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::strand;
using actors::task;
using test::holds_in_all;

using counter = actors::detail::atomic<int>;

/// Each use is a scheduling point, so that two at once show.
struct one_at_a_time {
  counter inside{0};
  int plain = 0;

  void use() {
    EXPECT_EQ(inside.fetch_add(1), 0) << "another task of the strand runs";
    ++plain;
    inside.fetch_sub(1);
  }
};

task<> uses(one_at_a_time& state) {
  state.use();
  co_await actors::yield();
  state.use();
}

TEST(strand_interleaving, one_task_at_a_time_and_none_is_forgotten) {  // T15, R1
  holds_in_all(
      []() -> task<> {
        one_at_a_time state;
        const strand s;
        auto one = s.spawn(uses(state));
        auto two = s.spawn(uses(state));
        co_await actors::yield();
        auto three = s.spawn(uses(state));
        co_await one;
        co_await two;
        co_await three;
        EXPECT_EQ(state.plain, 6);
      },
      {.workers = 3}, 10'000);
}

task<> takes(actors::receiver<int> in, one_at_a_time& state) {
  while (auto got = co_await in.receive()) state.use();
}

task<> gives(actors::sender<int> out, int count) {
  for (int i = 0; i != count; ++i) co_await out.send(i);
}

TEST(strand_interleaving, wakes_from_several_workers_meet_the_strand_going_idle) {  // T15, C18
  holds_in_all(
      []() -> task<> {
        one_at_a_time state;
        const strand s;
        auto [out_a, in_a] = actors::channel<int>(0);
        auto [out_b, in_b] = actors::channel<int>(0);
        auto one = s.spawn(takes(std::move(in_a), state));
        auto two = s.spawn(takes(std::move(in_b), state));
        actors::spawn(gives(std::move(out_a), 2));
        actors::spawn(gives(std::move(out_b), 2));
        co_await one;
        co_await two;
        EXPECT_EQ(state.plain, 4);
      },
      {.workers = 3}, 10'000);
}

TEST(strand_interleaving, more_turns_than_it_takes_at_once) {  // T15, R2
  holds_in_all(
      []() -> task<> {
        one_at_a_time state;
        const strand s;
        const auto many = [](one_at_a_time& of) -> task<> {
          for (int i = 0; i != 20; ++i) {
            of.use();
            co_await actors::yield();
          }
        };
        auto one = s.spawn(many(state));
        auto two = s.spawn(many(state));
        co_await one;
        co_await two;
        EXPECT_EQ(state.plain, 40);
      },
      {.workers = 2}, 1'000);
}

TEST(strand_interleaving, its_copies_go_while_its_tasks_run) {  // T15
  holds_in_all(
      []() -> task<> {
        one_at_a_time state;
        std::optional<strand> first{std::in_place};
        auto one = first->spawn(uses(state));
        auto two = strand{*first}.spawn(uses(state));
        first.reset();
        co_await one;
        one = {};
        co_await two;
        EXPECT_EQ(state.plain, 4);
      },
      {.workers = 3}, 10'000);
}

task<> stays(one_at_a_time& state, int& ended) {
  try {
    co_await actors::sleep(1h);
  } catch (const actors::cancelled&) {
    state.use();
    ++ended;
    throw;
  }
}

TEST(strand_interleaving, a_runtime_ends_while_a_strand_has_tasks) {  // T2, R3
  holds_in_all(
      [] {
        one_at_a_time state;
        int started = 0;
        int ended = 0;
        {
          actors::runtime here{{.workers = 2}};
          const strand s{here};
          const auto starts = [](const strand& on, one_at_a_time& of, int& before, int& after) -> task<> {
            for (int i = 0; i != 2; ++i) {
              ++before;
              on.spawn(stays(of, after));
            }
            co_await actors::yield();
          };
          here.run(starts(s, state, started, ended));
        }
        EXPECT_LE(ended, started);
      },
      {}, 2'000);
}

TEST(strand_interleaving, a_thread_starts_tasks_on_it) {  // T15, R4
  holds_in_all(
      [] {
        one_at_a_time state;
        actors::runtime here{{.workers = 2}};
        const strand s{here};
        actors::detail::joining_thread other{[&] { s.spawn(uses(state)).wait(); }};
        s.spawn(uses(state)).wait();
        other.join();
        EXPECT_EQ(state.plain, 4);
      },
      {}, 4'000);
}

}  // namespace
