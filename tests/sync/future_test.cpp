// promise and future: a result that somebody else gives, once.
#include <actors/actors.hpp>
#include <actors/future.hpp>
#include <actors/simulate.hpp>

#include "simulation/exploring.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::broken_promise;
using actors::future;
using actors::promise;
using actors::spawn;
using actors::task;
using actors::usage_error;

task<int> value_of(future<int> from) { co_return co_await from; }

TEST(future, lets_all_who_wait_go_on_with_the_value) {  // T13
  actors::simulate({}, []() -> task<> {
    promise<int> given;
    std::vector<actors::join_handle<int>> waiting;
    for (int i = 0; i != 5; ++i) waiting.push_back(spawn(value_of(given.get_future())));
    co_await actors::sleep(1s);
    EXPECT_FALSE(given.done());
    given.set_value(7);
    EXPECT_TRUE(given.done());
    for (auto& each : waiting) EXPECT_EQ(co_await each, 7);
    EXPECT_EQ(co_await given.get_future(), 7);  // also later
    EXPECT_EQ(given.get_future().result(), 7);
    EXPECT_EQ(given.get_future().exception(), nullptr);
  });
}

TEST(future, gives_an_error_to_all) {  // T13
  actors::simulate({}, []() -> task<> {
    promise<> given;
    const future<> kept = given.get_future();
    given.set_exception(std::make_exception_ptr(std::runtime_error{"why"}));
    for (int i = 0; i != 2; ++i) EXPECT_THROW(co_await kept, std::runtime_error);
    EXPECT_THROW(kept.result(), std::runtime_error);
  });
}

TEST(future, completing_twice_or_reading_too_early_is_an_error) {  // T13
  promise<int> given;
  const future<int> kept = given.get_future();
  EXPECT_FALSE(kept.done());
  EXPECT_THROW(static_cast<void>(kept.result()), usage_error);
  EXPECT_THROW(static_cast<void>(kept.exception()), usage_error);
  given.set_value(1);
  EXPECT_THROW(given.set_value(2), usage_error);
  EXPECT_THROW(given.set_exception(std::make_exception_ptr(1)), usage_error);
  EXPECT_FALSE(given.try_set_value(2));
  EXPECT_FALSE(given.try_set_exception(std::make_exception_ptr(1)));
  EXPECT_EQ(kept.result(), 1);
  EXPECT_THROW(static_cast<void>(future<int>{}.done()), usage_error);
  promise<int> moved = std::move(given);
  EXPECT_THROW(static_cast<void>(given.get_future()), usage_error);  // NOLINT: what a moved-from one says
  EXPECT_EQ(moved.get_future().result(), 1);
}

TEST(future, of_a_dropped_promise_is_broken) {  // T13
  actors::simulate({}, []() -> task<> {
    auto given = std::make_unique<promise<int>>();
    const future<int> kept = given->get_future();
    auto waiting = spawn(value_of(kept));
    co_await actors::sleep(1s);
    given.reset();
    EXPECT_THROW(co_await waiting, broken_promise);
    promise<int> replaced;
    const future<int> other = replaced.get_future();
    replaced = promise<int>{};
    EXPECT_THROW(static_cast<void>(other.result()), broken_promise);
  });
}

TEST(future, is_left_alone_by_a_cancelled_wait) {  // T6, C18
  actors::simulate({}, []() -> task<> {
    promise<int> given;
    auto first = spawn(value_of(given.get_future()));
    auto second = spawn(value_of(given.get_future()));
    co_await actors::sleep(1s);
    first.cancel();
    EXPECT_THROW(co_await first, actors::cancelled);
    given.set_value(3);
    EXPECT_EQ(co_await second, 3);
  });
}

TEST(future, holds_values_of_any_kind) {
  actors::simulate({}, []() -> task<> {
    promise<std::unique_ptr<int>> owner;
    owner.set_value(std::make_unique<int>(4));
    std::unique_ptr<int> moved = co_await owner.get_future();
    EXPECT_EQ(*moved, 4);
    int number = 1;
    promise<int&> reference;
    reference.set_value(number);
    EXPECT_EQ(&co_await reference.get_future(), &number);
    promise<std::string> text;
    text.set_value(3, 'x');
    EXPECT_EQ(text.get_future().result(), "xxx");
    promise<> nothing;
    nothing.set_value();
    co_await nothing.get_future();
  });
}

TEST(future, a_value_that_cannot_be_made_is_its_error) {
  struct fails {
    fails() { throw std::runtime_error{"no value"}; }
  };
  promise<fails> given;
  given.set_value();
  EXPECT_THROW(static_cast<void>(given.get_future().result()), std::runtime_error);
}

TEST(future, an_error_that_nobody_looked_at_is_reported_once) {  // T9
  ::testing::internal::CaptureStderr();
  {
    promise<> lost;
    lost.set_exception(std::make_exception_ptr(std::runtime_error{"lost"}));
    promise<> seen;
    seen.set_exception(std::make_exception_ptr(std::runtime_error{"seen"}));
    EXPECT_NE(seen.get_future().exception(), nullptr);
    const promise<> dropped;
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "actors: a future was given an error that nobody looked at: lost\n");
}

TEST(future, is_completed_once_by_the_first_of_many) {  // T13, R1
  test::holds_in_all([]() -> task<> {
    promise<int> given;
    auto waiting = spawn(value_of(given.get_future()));
    std::vector<actors::join_handle<bool>> givers;
    const auto give = [](promise<int>& to, int n) -> task<bool> {
      co_await actors::yield();
      co_return to.try_set_value(n);
    };
    for (int i = 0; i != 3; ++i) givers.push_back(spawn(give(given, i)));
    const int got = co_await waiting;
    int won = 0;
    for (int i = 0; i != 3; ++i) {
      const bool first = co_await givers[static_cast<std::size_t>(i)];
      won += first ? 1 : 0;
      EXPECT_EQ(first, got == i);
    }
    EXPECT_EQ(won, 1);
  });
}

TEST(future, a_cancelled_wait_meets_the_value) {  // C16: one of the two, and nothing is lost
  test::holds_in_all([]() -> task<> {
    promise<int> given;
    auto waiting = spawn([](future<int> from) -> task<int> {
      int got = 0;
      try {
        got = co_await from;
      } catch (const actors::cancelled&) {
      }
      co_return got;
    }(given.get_future()));
    auto giver = spawn([](promise<int>& to) -> task<> {
      co_await actors::yield();
      to.set_value(9);
    }(given));
    co_await actors::yield();
    waiting.cancel();
    try {
      const int got = co_await waiting;
      EXPECT_TRUE(got == 0 || got == 9);
    } catch (const actors::cancelled&) {
    }
    co_await giver;
    EXPECT_EQ(given.get_future().result(), 9);
  });
}

}  // namespace
