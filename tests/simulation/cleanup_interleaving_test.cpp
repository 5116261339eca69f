// Asynchronous cleanup under many schedules: at the end of a runtime, and with cancellations at any moment.
#include <actors/actors.hpp>
#include <actors/exit_stack.hpp>
#include <actors/generator.hpp>
#include <actors/strand.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::exit_stack;
using actors::generator;
using actors::task;
using test::holds_in_all;

using counter = actors::detail::atomic<int>;

task<> undoes(counter& open) {
  co_await actors::yield();
  co_await actors::sleep(1ms);
  open.fetch_sub(1);
}

// For where a cancellation may come while it awaits.
task<> undoes_first(counter& open) {
  open.fetch_sub(1);
  co_await actors::yield();
  co_await actors::sleep(1ms);
}

generator<int> opens(counter& open, task<> (*undo)(counter&)) {
  exit_stack& at_exit = co_await actors::generator_exit_stack();
  open.fetch_add(1);
  at_exit.defer(undo, std::ref(open));
  for (int i = 0; i != 2; ++i) {
    co_await actors::yield();
    co_yield i;
  }
}

task<> consumes(counter& open, bool leaves_early) {
  auto numbers = opens(open, undoes);
  int count = 0;
  while (co_await numbers.next() != nullptr) {
    if (leaves_early && ++count == 1) co_return;
    co_await actors::sleep(1ms);
  }
}

task<generator<int>> gives(counter& open) {
  auto numbers = opens(open, undoes);
  co_await numbers.next();
  co_return numbers;
}

task<> starts(counter& open) {
  actors::spawn(gives(open));
  co_return;
}

// The result of the last task is destroyed by a worker, or by the one who ends the runtime.
TEST(cleanup_interleaving, what_goes_with_the_last_task_is_cleaned_up) {  // T2, T17
  holds_in_all(
      [] {
        counter open{0};
        {
          actors::runtime here{{.workers = 2}};
          here.run(starts(open));
        }
        EXPECT_EQ(open.load(), 0);
      },
      {}, 10'000);
}

TEST(cleanup_interleaving, nothing_stays_open_when_a_runtime_ends) {  // T2, T17
  holds_in_all(
      [] {
        counter open{0};
        {
          actors::runtime here{{.workers = 2}};
          const actors::strand s{here};
          here.spawn(consumes(open, true));
          here.spawn(consumes(open, false));
          s.spawn(consumes(open, false));
          here.spawn(starts(open));
        }
        EXPECT_EQ(open.load(), 0);
      },
      {}, 4'000);
}

TEST(cleanup_interleaving, nothing_stays_open_when_a_task_is_cancelled) {  // T5, T17, T18
  holds_in_all(
      []() -> task<> {
        counter open{0};
        const auto scope = [](counter& of) -> task<> {
          const auto body = [&of](exit_stack& stack) -> task<> {
            of.fetch_add(1);
            stack.defer([&of] { of.fetch_sub(1); });
            auto numbers = opens(of, undoes_first);
            while (co_await numbers.next() != nullptr) co_await actors::yield();
            co_await numbers.close();
          };
          co_await actors::with_exit_stack(body);
        };
        auto work = actors::spawn(scope(open));
        co_await actors::yield();
        work.cancel();
        try {
          co_await work;
        } catch (const actors::cancelled&) {
        }
        while (open.load() != 0) co_await actors::sleep(1ms);  // the generator's is undone by a task of its own
      },
      {.workers = 3}, 4'000);
}

}  // namespace
