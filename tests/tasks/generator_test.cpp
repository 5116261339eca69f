// generator: values one by one, errors, cancellation, and how it ends.
#include <actors/actors.hpp>
#include <actors/generator.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::exit_stack;
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

// ---- ends ----------------------------------------------------------------------------------------------------------

struct logs_its_end {
  std::string& log;
  const char* name;
  logs_its_end(std::string& to, const char* as) : log{to}, name{as} {}
  ~logs_its_end() { log += std::string{"~"} + name + ' '; }
  logs_its_end(const logs_its_end&) = delete;
};

task<> cleans(std::string& log, const char* name) {
  log += std::string{"<"} + name;
  co_await actors::sleep(1ms);
  log += "> ";
}

generator<int> with_cleanup(std::string& log) {
  exit_stack& at_exit = co_await actors::generator_exit_stack();
  at_exit.defer(cleans, std::ref(log), "a");
  const logs_its_end local{log, "local"};
  at_exit.defer(cleans, std::ref(log), "b");
  for (int i = 0; i != 3; ++i) co_yield i;
  log += "end ";
}

TEST(generator, calls_what_it_deferred_at_its_end) {  // T2, T17
  const auto main = []() -> task<std::string> {
    std::string log;
    auto numbers = with_cleanup(log);
    while (co_await numbers.next() != nullptr) log += "value ";
    log += "after";
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "value value value end ~local <b> <a> after");
}

TEST(generator, close_ends_it_and_awaits_the_cleanup) {  // T2, T17
  const auto main = []() -> task<std::string> {
    std::string log;
    auto numbers = with_cleanup(log);
    co_await numbers.next();
    co_await numbers.close();
    log += "after ";
    EXPECT_EQ(co_await numbers.next(), nullptr);
    co_await numbers.close();
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "~local <b> <a> after ");
}

TEST(generator, the_cleanup_of_a_dropped_one_runs_before_run_returns) {  // T2, T17
  std::string log;
  const auto main = [](std::string& to) -> task<> {
    {
      auto numbers = with_cleanup(to);
      co_await numbers.next();
    }
    to += "dropped ";
  };
  actors::run(main(log), {.workers = 1});
  EXPECT_EQ(log, "~local dropped <b> <a> ") << "in a task of its own, and `run` waits for it";
}

TEST(generator, the_cleanup_of_a_cancelled_task_s_generator_is_not_cancelled) {  // T2, T17
  std::string log;
  const auto main = [](std::string& to) -> task<> {
    const auto consumes = [](std::string& its) -> task<> {
      auto numbers = with_cleanup(its);
      co_await numbers.next();
      co_await actors::sleep(1h);
    };
    actors::spawn(consumes(to));
    co_await actors::sleep(1ms);
  };
  run_it(main(log));
  EXPECT_EQ(log, "~local <b> <a> ");
}

TEST(generator, one_dropped_after_its_runtime_says_what_is_lost) {  // T17
  std::string log;
  const auto main = [](std::string& to) -> task<generator<int>> {
    auto numbers = with_cleanup(to);
    co_await numbers.next();
    co_return numbers;
  };
  ::testing::internal::CaptureStderr();
  { auto outlives = run_it(main(log)); }
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("functions that were deferred are not called"), std::string::npos) << said;
  EXPECT_EQ(log, "~local ");
}

generator<int> awaits_behind_its_handler(std::string& log) {
  bool leaving = false;
  try {
    for (int i = 0;; ++i) co_yield i;
  } catch (const actors::generator_exit&) {
    leaving = true;
  }
  if (leaving) {
    co_await cleans(log, "exit");
    throw std::runtime_error{"from the cleanup"};
  }
}

TEST(generator, a_handler_may_await_behind_it_and_fail) {  // T17
  const auto main = []() -> task<std::string> {
    std::string log;
    auto numbers = awaits_behind_its_handler(log);
    co_await numbers.next();
    EXPECT_THROW(co_await numbers.close(), std::runtime_error);
    EXPECT_EQ(co_await numbers.next(), nullptr);
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "<exit> ");
}

generator<int> stubborn(int times) {
  for (int i = 0;; ++i) {
    try {
      co_yield i;
    } catch (const actors::generator_exit&) {
      if (--times == 0) throw;
    }
  }
}

TEST(generator, one_that_yields_when_it_is_closed_is_an_error) {  // T13, T17
  const auto main = []() -> task<> {
    auto numbers = stubborn(2);
    co_await numbers.next();
    EXPECT_THROW(co_await numbers.close(), actors::usage_error);
    const int* next = co_await numbers.next();
    EXPECT_EQ(*next, 2) << "it goes on";
    co_await numbers.close();
    EXPECT_EQ(co_await numbers.next(), nullptr);
  };
  run_it(main());
}

TEST(generator, one_that_did_not_begin_is_destroyed_by_close) {  // T17
  const auto main = []() -> task<> {
    auto held = std::make_shared<int>(1);
    const auto keeps = [](std::shared_ptr<int> what) -> generator<int> { co_yield *what; };
    auto numbers = keeps(held);
    EXPECT_EQ(held.use_count(), 2);
    co_await numbers.close();
    EXPECT_EQ(held.use_count(), 1);
    EXPECT_EQ(co_await numbers.next(), nullptr);
  };
  run_it(main());
}

TEST(generator, the_first_error_of_an_end_is_thrown) {  // T17
  const auto main = []() -> task<> {
    const auto both = []() -> generator<int> {
      exit_stack& at_exit = co_await actors::generator_exit_stack();
      const auto fails = []() -> task<> {
        co_await actors::yield();
        throw std::logic_error{"second"};
      };
      at_exit.defer(fails);
      co_yield 1;
      throw std::runtime_error{"first"};
    };
    auto numbers = both();
    co_await numbers.next();
    EXPECT_THROW(co_await numbers.next(), std::runtime_error);
    auto others = both();
    co_await others.next();
    EXPECT_THROW(co_await others.close(), std::logic_error);
  };
  ::testing::internal::CaptureStderr();
  run_it(main());
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("second"), std::string::npos) << "the other is reported";
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

TEST(generator, closing_the_outer_one_ends_the_inner_one) {  // T2, T17
  const auto main = [](std::string& log) -> task<> {
    const auto passes_on = [](std::string& to) -> generator<int> {
      auto inner = with_cleanup(to);
      while (const int* n = co_await inner.next()) co_yield *n;
    };
    auto outer = passes_on(log);
    co_await outer.next();
    co_await outer.close();
  };
  std::string log;
  run_it(main(log));
  EXPECT_EQ(log, "~local <b> <a> ");
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
