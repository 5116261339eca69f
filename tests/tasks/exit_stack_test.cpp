// exit_stack, with_exit_stack, with_resource: what is undone when a scope ends, and what is thrown then.
#include <actors/actors.hpp>
#include <actors/exit_stack.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::exit_stack;
using actors::task;
using actors::with_exit_stack;
using actors::with_resource;

template <class T>
T run_it(task<T> work) {
  return actors::run(std::move(work), {.workers = 2});
}

task<> notes(std::string& log, char name) {
  co_await actors::yield();
  log += name;
}

task<> fails(const char* what) {
  co_await actors::yield();
  throw std::runtime_error{what};
}

/// What `work` throws: "" for nothing.
task<std::string> thrown_by(task<> work) {
  try {
    co_await work;
  } catch (const std::exception& e) {
    co_return e.what();
  } catch (const cancelled&) {
    co_return "cancelled";
  }
  co_return "";
}

TEST(exit_stack, calls_the_last_one_first) {  // T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const int result = co_await with_exit_stack([&](exit_stack& stack) -> task<int> {
      stack.defer(notes, std::ref(log), 'a');
      stack.defer([&log] { log += 'b'; });
      co_await actors::yield();
      stack.defer(notes, std::ref(log), 'c');
      log += '.';
      co_return 7;
    });
    EXPECT_EQ(result, 7);
    co_return log;
  };
  EXPECT_EQ(run_it(main()), ".cba");
}

TEST(exit_stack, results_of_any_kind) {  // T18
  const auto main = []() -> task<> {
    int local = 3;
    int& same = co_await with_exit_stack([&](exit_stack&) -> task<int&> { co_return local; });
    EXPECT_EQ(&same, &local);
    const auto owned =
        co_await with_exit_stack([](exit_stack&) -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); });
    EXPECT_EQ(*owned, 4);
  };
  run_it(main());
}

TEST(exit_stack, after_an_error_too_and_the_first_one_is_thrown) {  // T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const auto body = [&log](exit_stack& stack) -> task<> {
      stack.defer(notes, std::ref(log), 'a');
      stack.defer(fails, "second");
      stack.defer(notes, std::ref(log), 'b');
      co_await fails("first");
    };
    const std::string what = co_await thrown_by(with_exit_stack(body));
    EXPECT_EQ(what, "first");
    co_return log;
  };
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run_it(main()), "ba");
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(said.find("actors: an error at the end of a scope, behind another one: second\n    in fails ("), 0U)
      << said;
}

TEST(exit_stack, an_error_of_an_end_is_thrown_where_there_was_none) {  // T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const auto body = [&log](exit_stack& stack) -> task<> {
      stack.defer(notes, std::ref(log), 'a');
      stack.defer(fails, "only");
      stack.defer([]() -> void { throw std::logic_error{"thrown before it is a task"}; });
      co_return;
    };
    ::testing::internal::CaptureStderr();
    const std::string what = co_await thrown_by(with_exit_stack(body));
    EXPECT_EQ(what, "thrown before it is a task");
    EXPECT_NE(::testing::internal::GetCapturedStderr().find("only"), std::string::npos);
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "a");
}

// ---- cancellation --------------------------------------------------------------------------------------------------

task<> stays(std::string& log, char name) {
  try {
    co_await actors::sleep(1h);
  } catch (const cancelled&) {
    log += name;
    throw;
  }
}

task<> sleeps_a_little(std::string& log, char name) {
  co_await actors::sleep(1ms);
  log += name;
}

TEST(exit_stack, after_a_cancellation_the_ends_can_await) {  // T5, T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const auto body = [&log](exit_stack& stack) -> task<> {
      stack.defer(sleeps_a_little, std::ref(log), 'b');
      stack.defer(sleeps_a_little, std::ref(log), 'a');
      co_await stays(log, '.');
    };
    auto work = actors::spawn(with_exit_stack(body));
    co_await actors::sleep(1ms);
    work.cancel();
    EXPECT_THROW(co_await work, cancelled);
    co_return log;
  };
  EXPECT_EQ(run_it(main()), ".ab");
}

TEST(exit_stack, a_second_cancellation_skips_no_end) {  // T5, T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const auto body = [&log](exit_stack& stack) -> task<> {
      stack.defer(sleeps_a_little, std::ref(log), 'c');
      stack.defer(stays, std::ref(log), 'b');
      stack.defer(sleeps_a_little, std::ref(log), 'a');
      co_await stays(log, '.');
    };
    auto work = actors::spawn(with_exit_stack(body));
    co_await actors::sleep(1ms);
    work.cancel();
    while (log != ".a") co_await actors::sleep(100us);
    co_await actors::sleep(100us);
    work.cancel();
    EXPECT_THROW(co_await work, cancelled);
    co_return log;
  };
  EXPECT_EQ(actors::run(main(), {.workers = 1}), ".abc");
}

// The body's error goes on its way; the one who asked to stop is served by the next wait.
TEST(exit_stack, a_cancellation_behind_an_error_stays_pending) {  // T5, T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const auto work = [](std::string& to) -> task<> {
      const auto body = [&to](exit_stack& stack) -> task<> {
        stack.defer(sleeps_a_little, std::ref(to), 'c');
        stack.defer(stays, std::ref(to), 'b');
        co_await fails("first");
      };
      const std::string what = co_await thrown_by(with_exit_stack(body));
      EXPECT_EQ(what, "first");
      to += '.';
      co_await stays(to, 'd');
    };
    auto running = actors::spawn(work(log));
    co_await actors::sleep(1ms);
    running.cancel();
    EXPECT_THROW(co_await running, cancelled);
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "bc.d");
}

// As before, but the request came when the body ran.
TEST(exit_stack, a_cancellation_that_the_body_did_not_see_stays_pending) {  // T5, T18
  const auto main = []() -> task<std::string> {
    std::string log;
    actors::join_handle<> self;
    const auto work = [](std::string& to, actors::join_handle<>& itself) -> task<> {
      co_await actors::sleep(1ms);
      const auto body = [&](exit_stack& stack) -> task<> {
        stack.defer(sleeps_a_little, std::ref(to), 'c');
        stack.defer(stays, std::ref(to), 'b');
        itself.cancel();
        throw std::runtime_error{"first"};
        co_return;
      };
      const std::string what = co_await thrown_by(with_exit_stack(body));
      EXPECT_EQ(what, "first");
      co_await stays(to, 'd');
    };
    self = actors::spawn(work(log, self));
    EXPECT_THROW(co_await self, cancelled);
    co_return log;
  };
  EXPECT_EQ(actors::run(main(), {.workers = 1}), "bcd");
}

TEST(exit_stack, the_end_of_another_task_is_no_cancellation_of_this_one) {  // T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const auto stops_itself = [](std::string& to) -> task<> {  // a request of before, which was answered
      try {
        co_await stays(to, '1');
      } catch (const cancelled&) {
        to += '2';
      }
    };
    const auto joins_a_cancelled_one = []() -> task<> {
      const auto never = []() -> task<> { co_await actors::sleep(1h); };
      auto other = actors::spawn(never());
      other.cancel();
      co_await other;
    };
    const auto body = [&](exit_stack& stack) -> task<> {
      stack.defer(joins_a_cancelled_one);
      co_await fails("first");
    };
    const auto work = [&]() -> task<> {
      co_await stops_itself(log);
      const std::string what = co_await thrown_by(with_exit_stack(body));
      EXPECT_EQ(what, "first");
      co_await notes(log, 'a');
      co_await actors::sleep(1us);
    };
    auto running = actors::spawn(work());
    co_await actors::sleep(1ms);
    running.cancel();
    co_await running;
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "12a");
}

TEST(exit_stack, a_limit_that_passes_in_an_end_is_told) {  // G5, T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const auto body = [&log](exit_stack& stack) -> task<> {
      stack.defer(sleeps_a_little, std::ref(log), 'b');
      stack.defer(stays, std::ref(log), 'a');
      co_return;
    };
    EXPECT_THROW(co_await actors::wait_for(with_exit_stack(body), 1ms), actors::timed_out);
    co_await actors::sleep(1us);
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "ab");
}

// ---- ownership -----------------------------------------------------------------------------------------------------

TEST(exit_stack, owns_what_it_calls_until_that_has_ended) {  // T18
  const auto main = []() -> task<> {
    auto held = std::make_shared<int>(1);
    bool alive = false;
    const auto body = [&](exit_stack& stack) -> task<> {
      auto looks = [kept = held, &alive]() -> task<> {
        co_await actors::sleep(1us);
        alive = kept.use_count() == 2;
      };
      stack.defer(std::move(looks));
      stack.defer([](std::unique_ptr<int> given) { EXPECT_EQ(*given, 5); }, std::make_unique<int>(5));
      co_return;
    };
    co_await with_exit_stack(body);
    EXPECT_TRUE(alive);
    EXPECT_EQ(held.use_count(), 1);
  };
  run_it(main());
}

struct file {
  std::string* log;
  task<> close() {
    co_await actors::yield();
    *log += "closed ";
  }
};

task<file> open_file(std::string& log) {
  co_await actors::yield();
  log += "open ";
  file opened{&log};
  co_return opened;
}

TEST(exit_stack, enters_resources) {  // T18
  const auto main = []() -> task<std::string> {
    std::string log;
    exit_stack stack;
    file& one = co_await stack.enter(open_file(log), &file::close);
    co_await stack.enter(open_file(log), [](file& f) { *f.log += "dropped "; });
    *one.log += "used ";
    exit_stack moved = std::move(stack);
    EXPECT_TRUE(stack.empty());
    co_await stack.close();
    co_await moved.close();
    EXPECT_TRUE(moved.empty());
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "open open used dropped closed ");
}

TEST(exit_stack, what_is_left_is_called_before_run_returns) {  // T2, T18
  std::string log;
  const auto main = [](std::string& to) -> task<> {
    exit_stack stack;
    stack.defer(sleeps_a_little, std::ref(to), 'b');
    stack.defer(fails, "of an abandoned end");
    stack.defer(sleeps_a_little, std::ref(to), 'a');
    co_return;
  };
  ::testing::internal::CaptureStderr();
  run_it(main(log));
  EXPECT_EQ(log, "ab");
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("of an abandoned end"), std::string::npos);
}

TEST(exit_stack, outside_of_a_runtime_it_says_what_is_lost) {  // T18
  bool called = false;
  ::testing::internal::CaptureStderr();
  {
    exit_stack stack;
    stack.defer([&called] { called = true; });
    stack.defer([&called] { called = true; });
  }
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("are not called"), std::string::npos);
  EXPECT_FALSE(called);
}

// ---- with_resource -------------------------------------------------------------------------------------------------

TEST(with_resource, releases_in_any_case) {  // T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const int got = co_await with_resource(
        open_file(log),
        [](file& f) -> task<int> {
          *f.log += "used ";
          co_return 3;
        },
        &file::close);
    EXPECT_EQ(got, 3);
    const auto breaks = [](file&) -> task<> { co_await fails("broken"); };
    const std::string what = co_await thrown_by(with_resource(open_file(log), breaks, &file::close));
    EXPECT_EQ(what, "broken");
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "open used closed open closed ");
}

TEST(with_resource, what_was_not_acquired_is_not_released) {  // T18
  const auto main = []() -> task<std::string> {
    std::string log;
    const auto refuses = []() -> task<file> {
      co_await fails("refused");
      co_return file{nullptr};
    };
    const auto uses = [](file& f) -> task<> {
      *f.log += "used";
      co_return;
    };
    const std::string what = co_await thrown_by(with_resource(refuses(), uses, &file::close));
    EXPECT_EQ(what, "refused");
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "");
}

}  // namespace
