// generator: values one by one, errors, cancellation, and how it ends.
#include <actors/actors.hpp>
#include <actors/generator.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::generator;
using actors::task;

template <class T>
T run_it(task<T> work) {
  return actors::run(std::move(work), {.workers = 2});
}

generator<int> below(int end) {
  for (int i = 0; i != end; ++i) {
    if (i % 3 == 2) co_await actors::yield();
    co_yield i;
  }
}

TEST(generator, gives_its_values_then_null_for_ever) {  // T17
  const auto main = []() -> task<std::vector<int>> {
    std::vector<int> seen;
    auto numbers = below(5);
    while (const int* n = co_await numbers.next()) seen.push_back(*n);
    EXPECT_EQ(co_await numbers.next(), nullptr);
    EXPECT_EQ(co_await numbers.next(), nullptr);
    co_return seen;
  };
  EXPECT_EQ(run_it(main()), (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(generator, does_nothing_until_it_is_asked) {  // T3, T17
  const auto main = []() -> task<> {
    int steps = 0;
    const auto counts = [](int& at) -> generator<int> {
      ++at;
      co_yield 1;
      ++at;
    };
    {
      auto dropped = counts(steps);
      EXPECT_TRUE(static_cast<bool>(dropped));
    }
    auto numbers = counts(steps);
    EXPECT_EQ(steps, 0);
    co_await numbers.next();
    EXPECT_EQ(steps, 1);
    EXPECT_EQ(co_await numbers.next(), nullptr);
    EXPECT_EQ(steps, 2);
  };
  run_it(main());
}

generator<std::unique_ptr<int>> owned(int count) {
  for (int i = 0; i != count; ++i) co_yield std::make_unique<int>(i);
  auto last = std::make_unique<int>(count);
  co_yield std::move(last);
}

generator<std::string> names() {
  std::string kept = "a string that is too long to be kept in place";
  co_yield kept;
  co_yield kept;
  co_yield "converted";
}

generator<int&> elements(std::vector<int>& of) {
  for (int& each : of) co_yield each;
}

generator<const std::string&> texts() {
  const std::string local = "local";
  co_yield local;
  co_yield std::string{"temporary"};
}

TEST(generator, values_of_any_kind) {  // T17
  const auto main = []() -> task<> {
    auto pointers = owned(2);
    int sum = 0;
    while (auto* each = co_await pointers.next()) {
      const std::unique_ptr<int> taken = std::move(*each);
      sum += *taken;
    }
    EXPECT_EQ(sum, 3);

    auto strings = names();
    std::vector<std::string> got;
    while (std::string* each = co_await strings.next()) got.push_back(std::move(*each));
    EXPECT_EQ(got[0], got[1]) << "what is yielded as an lvalue is copied";
    EXPECT_EQ(got[2], "converted");

    std::vector<int> numbers{1, 2, 3};
    auto references = elements(numbers);
    while (int* each = co_await references.next()) *each *= 10;
    EXPECT_EQ(numbers, (std::vector<int>{10, 20, 30}));

    auto constants = texts();
    std::string all;
    while (const std::string* each = co_await constants.next()) all += *each + ' ';
    EXPECT_EQ(all, "local temporary ");
  };
  run_it(main());
}

generator<int> fails_after(int count) {
  for (int i = 0; i != count; ++i) co_yield i;
  co_await actors::yield();
  throw std::runtime_error{"no more"};
}

TEST(generator, an_error_reaches_the_consumer_once) {  // R5, T17
  const auto main = []() -> task<> {
    auto numbers = fails_after(1);
    EXPECT_NE(co_await numbers.next(), nullptr);
    std::string what;
    try {
      co_await numbers.next();
    } catch (const std::runtime_error& e) {
      what = e.what();
    }
    EXPECT_EQ(what, "no more");
    EXPECT_EQ(co_await numbers.next(), nullptr) << "it has ended";
    co_await numbers.close();
  };
  ::testing::internal::CaptureStderr();
  run_it(main());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

generator<int> sleeps(std::string& log) {
  co_yield 1;
  try {
    co_await actors::sleep(1h);
  } catch (const actors::cancelled&) {
    log += "cancelled ";
  }
  co_await actors::yield();
  log += "cleaned ";
  throw actors::cancelled{};
}

TEST(generator, a_cancellation_reaches_the_await_inside) {  // T6, T17
  const auto main = []() -> task<std::string> {
    std::string log;
    const auto consumes = [](std::string& to) -> task<> {
      auto numbers = sleeps(to);
      while (co_await numbers.next() != nullptr) to += "value ";
    };
    auto consumer = actors::spawn(consumes(log));
    co_await actors::sleep(1ms);
    consumer.cancel();
    EXPECT_THROW(co_await consumer, actors::cancelled);
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "value cancelled cleaned ");
}

generator<int> goes_on(int& caught) {
  for (int i = 0;; ++i) {
    try {
      co_await actors::sleep(1h);
    } catch (const actors::cancelled&) {
      ++caught;
    }
    co_yield i;
  }
}

TEST(generator, may_catch_a_cancellation_and_go_on) {  // T5, T17
  const auto main = []() -> task<int> {
    int caught = 0;
    const auto consumes = [](int& count) -> task<int> {
      auto numbers = goes_on(count);
      const int* first = co_await numbers.next();
      co_return *first;
    };
    auto consumer = actors::spawn(consumes(caught));
    co_await actors::sleep(1ms);
    consumer.cancel();
    EXPECT_EQ(co_await consumer, 0);
    co_return caught;
  };
  EXPECT_EQ(run_it(main()), 1);
}

// ---- generators of generators --------------------------------------------------------------------------------------

struct tree {
  int value;
  std::vector<tree> below;
};

generator<int> walk(const tree& t) {
  co_yield t.value;
  for (const tree& each : t.below) {
    auto inner = walk(each);
    while (const int* n = co_await inner.next()) co_yield *n;
  }
}

TEST(generator, may_recurse) {  // T17
  const auto main = []() -> task<std::vector<int>> {
    const tree root{1, {{2, {{3, {}}, {4, {}}}}, {5, {}}}};
    std::vector<int> seen;
    auto values = walk(root);
    while (const int* n = co_await values.next()) seen.push_back(*n);
    co_return seen;
  };
  EXPECT_EQ(run_it(main()), (std::vector<int>{1, 2, 3, 4, 5}));
}

generator<std::int64_t> numbers_below(std::int64_t end) {
  for (std::int64_t i = 0; i != end; ++i) co_yield i;
}

generator<std::int64_t> odd(generator<std::int64_t> from) {
  while (const auto* n = co_await from.next()) {
    if (*n % 2 == 1) co_yield *n;
  }
}

TEST(generator, a_million_items_in_constant_stack) {  // T17
  constexpr std::int64_t count = 1'000'000;
  const auto main = []() -> task<std::int64_t> {
    std::int64_t sum = 0;
    auto some = odd(numbers_below(count));
    while (const auto* n = co_await some.next()) sum += *n;
    co_return sum;
  };
  EXPECT_EQ(run_it(main()), count / 2 * (count / 2));
}

TEST(generator, one_that_asks_itself_is_an_error) {  // T7, T17
  const auto main = []() -> task<> {
    generator<int> self;
    const auto asks = [](generator<int>& itself) -> generator<int> {
      const int* n = co_await itself.next();
      co_yield *n;
    };
    self = asks(self);
    EXPECT_THROW(co_await self.next(), actors::usage_error);
    generator<int> empty;
    EXPECT_THROW(co_await empty.next(), actors::usage_error);
    co_await empty.close();
  };
  run_it(main());
}

TEST(generator, may_go_from_task_to_task) {  // T17
  const auto main = []() -> task<int> {
    const auto one = [](generator<int> from) -> task<std::pair<int, generator<int>>> {
      co_await actors::sleep(10us);
      const int* n = co_await from.next();
      const int value = *n;
      co_return {value, std::move(from)};
    };
    generator<int> numbers = below(100);
    int sum = 0;
    for (int i = 0; i != 100; ++i) {
      auto other = actors::spawn(one(std::move(numbers)));
      auto given = co_await std::move(other);
      sum += given.first;
      numbers = std::move(given.second);
    }
    co_return sum;
  };
  EXPECT_EQ(actors::run(main(), {.workers = 4}), 4950);
}

}  // namespace
