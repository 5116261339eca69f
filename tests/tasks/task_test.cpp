// task<T>: laziness, results, errors, and when parameters and locals go.
#include <actors/actors.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using actors::task;
using actors::usage_error;
using test::run_simulated;

task<int> number(int n) { co_return n; }

task<int> failing(const char* why) {
  throw std::runtime_error{why};
  co_return 0;
}

TEST(task, does_nothing_until_it_is_awaited) {  // T3
  bool ran = false;
  const auto body = [](bool& flag) -> task<> {
    flag = true;
    co_return;
  };
  {
    auto dropped = body(ran);
    EXPECT_TRUE(static_cast<bool>(dropped));
  }
  EXPECT_FALSE(ran);
  run_simulated(1, [](auto inner, bool& flag) -> task<> {
    auto lazy = inner(flag);
    co_await actors::yield();
    EXPECT_FALSE(flag);
    co_await lazy;
    EXPECT_TRUE(flag);
  }(body, ran));
}

TEST(task, awaiting_gives_the_value) {
  const int sum = run_simulated(1, []() -> task<int> {
    const int a = co_await number(1);
    const int b = co_await number(2);
    co_return a + b;
  }());
  EXPECT_EQ(sum, 3);
}

TEST(task, awaiting_throws_what_the_body_threw) {  // R5
  run_simulated(1, []() -> task<> {
    std::string what;
    try {
      co_await failing("first");
    } catch (const std::runtime_error& e) {
      what = e.what();
    }
    EXPECT_EQ(what, "first");
    try {
      co_await failing("second");
    } catch (const std::exception& e) {
      what = e.what();
    }
    EXPECT_EQ(what, "second");
  }());
}

TEST(task, an_error_passes_through_many_levels) {  // R5
  struct deep {
    static task<int> fall(int depth) {
      if (depth == 0) co_return co_await failing("bottom");
      co_return co_await fall(depth - 1);
    }
  };
  EXPECT_THROW(run_simulated(1, deep::fall(50)), std::runtime_error);
}

TEST(task, cancelled_is_not_a_standard_exception) {
  run_simulated(1, []() -> task<> {
    bool seen = false;
    try {
      try {
        co_await []() -> task<> {
          throw actors::cancelled{};
          co_return;
        }();
      } catch (const std::exception&) {
        ADD_FAILURE() << "swallowed";
      }
    } catch (const actors::cancelled& e) {
      seen = e.what() != nullptr;
    }
    EXPECT_TRUE(seen);
  }());
}

TEST(task, awaiting_an_empty_one_or_twice_is_an_error) {  // T13
  run_simulated(1, []() -> task<> {
    task<int> empty;
    bool refused = false;
    try {
      co_await empty;
    } catch (const usage_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);

    auto once = number(1);
    co_await once;
    refused = false;
    try {
      co_await once;
    } catch (const usage_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
  }());
}

TEST(task, moves_like_a_unique_ptr) {
  auto first = number(1);
  auto second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): moved from means empty
  EXPECT_TRUE(second);
  auto& itself = second;
  second = std::move(itself);
  EXPECT_TRUE(second);
  second = number(2);
  EXPECT_EQ(run_simulated(1, std::move(second)), 2);
}

TEST(task, results_may_be_move_only_references_or_without_default) {
  struct no_default {
    explicit no_default(int n) : value{n} {}
    no_default(no_default&&) = default;
    no_default& operator=(no_default&&) = delete;
    int value;
  };
  run_simulated(1, []() -> task<> {
    auto owner = co_await []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); }();
    EXPECT_EQ(*owner, 4);
    int& same = co_await [](int& n) -> task<int&> { co_return n; }(*owner);
    EXPECT_EQ(&same, owner.get());
    auto other = co_await []() -> task<no_default> { co_return no_default{5}; }();
    EXPECT_EQ(other.value, 5);
  }());
}

struct alignas(64) wide {
  std::array<std::uint64_t, 8> words{};
};

TEST(task, results_may_be_over_aligned) {  // C15
  auto handle_at = run_simulated(1, []() -> task<std::uintptr_t> {
    auto handle = actors::spawn([]() -> task<wide> { co_return wide{}; }());
    wide& kept = co_await handle;
    co_return reinterpret_cast<std::uintptr_t>(&kept);
  }());
  EXPECT_EQ(handle_at % alignof(wide), 0U);
}

TEST(task, results_are_destroyed_once_also_when_nobody_takes_them) {  // C12
  test::ledger books;
  run_simulated(1, [](test::ledger& ledger) -> task<> {
    const auto make = [](test::ledger& l) -> task<test::counted> { co_return test::counted{l, 1}; };
    co_await make(ledger);
    auto handle = actors::spawn(make(ledger));
    co_await handle;
    actors::spawn(make(ledger));
    auto moved = co_await std::move(handle);
    EXPECT_TRUE(moved.holds());
  }(books));
  books.expect_settled();
}

TEST(task, parameters_and_locals_are_destroyed_when_it_ends_not_when_its_handle_goes) {  // C11
  test::ledger books;
  run_simulated(1, [](test::ledger& ledger) -> task<> {
    auto handle = actors::spawn([](test::counted, test::ledger& l) -> task<int> {
      const test::counted local{l, 2};
      co_await actors::yield();
      co_return 1;
    }(test::counted{ledger, 1}, ledger));
    co_await handle;
    EXPECT_EQ(ledger.alive(), 0);
    EXPECT_EQ(handle.result(), 1);

    auto awaited = [](test::counted) -> task<> { co_return; }(test::counted{ledger, 3});
    co_await awaited;
    EXPECT_EQ(ledger.alive(), 0);
  }(books));
  books.expect_settled();
}

TEST(task, parameters_of_one_that_never_ran_are_destroyed) {
  test::ledger books;
  {
    auto dropped = [](test::counted) -> task<> { co_return; }(test::counted{books, 1});
  }
  books.expect_settled();
}

TEST(task, locals_are_destroyed_on_the_way_of_an_error) {  // R5
  test::ledger books;
  EXPECT_THROW(run_simulated(1,
                             [](test::ledger& ledger) -> task<> {
                               const test::counted outer{ledger, 1};
                               co_await [](test::ledger& l) -> task<> {
                                 const test::counted inner{l, 2};
                                 co_await actors::yield();
                                 throw std::runtime_error{"out"};
                               }(ledger);
                             }(books)),
               std::runtime_error);
  books.expect_settled();
}

struct throws_on_move {
  explicit throws_on_move(int n) : value{n} {}
  throws_on_move(throws_on_move&& other) : value{other.value} {  // NOLINT: it throws, that is the point
    if (value == 0) throw std::runtime_error{"moved"};
  }
  throws_on_move& operator=(throws_on_move&&) = delete;
  ~throws_on_move() = default;
  int value;
};

TEST(task, one_whose_parameter_cannot_be_moved_does_not_start_and_leaks_nothing) {
  const auto make = [](throws_on_move) -> task<int> { co_return 1; };
  EXPECT_THROW(static_cast<void>(make(throws_on_move{0})), std::runtime_error);
  EXPECT_EQ(run_simulated(1, make(throws_on_move{1})), 1);
}

struct throws_on_copy {
  throws_on_copy() = default;
  throws_on_copy(const throws_on_copy&) { throw std::runtime_error{"copied"}; }
  throws_on_copy& operator=(const throws_on_copy&) = delete;
  ~throws_on_copy() = default;
};

TEST(task, a_result_that_cannot_be_made_is_the_error_of_the_task) {  // R5
  EXPECT_THROW(run_simulated(1,
                             []() -> task<> {
                               co_await []() -> task<throws_on_copy> {
                                 const throws_on_copy source;
                                 co_return source;
                               }();
                             }()),
               std::runtime_error);
}

TEST(task, an_error_that_nobody_took_is_reported_once) {  // T9
  ::testing::internal::CaptureStderr();
  run_simulated(1, []() -> task<> {
    auto copy = actors::spawn(failing("lost and found"));
    auto another = copy;
    co_await actors::sleep(std::chrono::seconds{1});
    EXPECT_TRUE(another.done());
  }());
  const std::string said = ::testing::internal::GetCapturedStderr();
  const auto first = said.find("lost and found");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(said.find("lost and found", first + 1), std::string::npos);
}

TEST(task, an_error_that_somebody_took_is_not_reported) {  // T9
  ::testing::internal::CaptureStderr();
  run_simulated(1, []() -> task<> {
    auto handle = actors::spawn(failing("taken"));
    try {
      co_await handle;
    } catch (const std::runtime_error&) {
    }
    auto cancelled_one = actors::spawn([]() -> task<> { co_await actors::sleep(std::chrono::hours{1}); }());
    cancelled_one.cancel();
    co_await actors::yield();
  }());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
