// Debug mode: what it says of tasks that hold a worker, and of those that never ran.
#include <actors/actors.hpp>
#include <actors/debug.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::task;

struct seen_turn {
  std::string task;
  unsigned worker;
  std::chrono::nanoseconds held;
  bool over;
};

std::mutex seen_lock;
std::vector<seen_turn> seen;
std::atomic<int> ongoing{0};  ///< reports of `holds`, while it goes on

bool is_of_holds(std::string_view task) { return task.find("(holds, ") != std::string_view::npos; }

void note(const actors::long_turn& turn) noexcept {
  const std::lock_guard guard{seen_lock};
  seen.push_back({std::string{turn.task}, turn.worker, turn.held, turn.over});
  if (!turn.over && is_of_holds(turn.task)) ++ongoing;
}

class debug_mode : public ::testing::Test {
 protected:
  debug_mode() : before_{actors::on_long_turn(&note)} {
    ongoing = 0;
    seen.clear();
  }
  ~debug_mode() override { actors::on_long_turn(before_); }
  actors::long_turn_handler usual_handler() const { return before_; }
  // Where the machine is busy any turn can be a long one: its thread waits for a CPU in the middle of it.
  static void forget_others() {
    std::erase_if(seen, [](const seen_turn& each) { return !is_of_holds(each.task); });
  }
  static constexpr actors::runtime_options options{.workers = 2, .debug = true, .long_turn = 5ms};

 private:
  const actors::long_turn_handler before_;
};

// Until it has been reported.
task<> holds() {
  while (ongoing.load() == 0) {
  }
  co_return;
}
constexpr unsigned holds_last = __LINE__;

constexpr unsigned spawned_at = __LINE__ + 1;
task<> spawns_it() { co_await actors::spawn(holds(), {.name = "hog"}); }

TEST_F(debug_mode, names_a_step_that_holds_a_worker_while_it_does_and_afterwards) {  // T14
  actors::run(spawns_it(), options);
  forget_others();
  ASSERT_EQ(seen.size(), 2U);
  for (const seen_turn& each : seen) {
    EXPECT_EQ(each.task.find("task 'hog' (holds, "), 0U) << each.task;
    EXPECT_NE(each.task.find("debug_mode_test.cpp:" + std::to_string(spawned_at) + ")"), std::string::npos)
        << each.task;
    EXPECT_NE(each.task.find("; spawned at "), std::string::npos) << each.task;
    EXPECT_GE(each.held, 5ms);
    EXPECT_LT(each.worker, 2U);
  }
  EXPECT_FALSE(seen[0].over);
  EXPECT_TRUE(seen[1].over);
  EXPECT_GE(seen[1].held, seen[0].held);
  EXPECT_EQ(seen[1].worker, seen[0].worker);
  const auto place = seen[0].task.find("debug_mode_test.cpp:");
  const int line = std::atoi(seen[0].task.c_str() + place + std::string{"debug_mode_test.cpp:"}.size());
  EXPECT_GE(line, static_cast<int>(holds_last) - 6);
  EXPECT_LE(line, static_cast<int>(holds_last));
}

TEST_F(debug_mode, names_the_one_that_was_started_inside_another_ones_turn) {  // T14
  actors::run(
      []() -> task<> {
        auto eager = actors::spawn(holds(), {.name = "inner", .eager = true});
        co_await eager;
      }(),
      options);
  forget_others();
  ASSERT_GE(seen.size(), 2U);
  EXPECT_EQ(seen[0].task.find("task 'inner' "), 0U) << seen[0].task;
}

actors::long_turn_handler printer = nullptr;

TEST_F(debug_mode, prints_a_line_where_nobody_listens) {  // T14
  printer = usual_handler();
  actors::on_long_turn([](const actors::long_turn& turn) noexcept {
    printer(turn);
    note(turn);
  });
  ::testing::internal::CaptureStderr();
  actors::run(holds(), {.workers = 1, .debug = true, .long_turn = 1ms});
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find(" has held worker 0 for "), std::string::npos) << said;
  EXPECT_NE(said.find("actors::blocking()"), std::string::npos) << said;
  EXPECT_NE(said.find(" held worker 0 for "), std::string::npos) << said;
  // The stack of one that runs, and none of one that has ended.
  EXPECT_NE(said.find(" s\n    in holds (behind "), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with(" in one step\n")) << said;
}

// Many short turns on all workers, for the sanitizers: the watch looks on.
TEST_F(debug_mode, looks_on_while_tasks_come_and_go) {  // T14
  actors::run(
      []() -> task<> {
        std::vector<actors::join_handle<>> all;
        for (int i = 0; i != 200; ++i) {
          all.push_back(actors::spawn([]() -> task<> {
            for (int k = 0; k != 20; ++k) co_await actors::yield();
          }()));
        }
        for (auto& each : all) co_await each;
      }(),
      {.workers = 3, .debug = true, .long_turn = 1ms});
  for (const seen_turn& each : seen) EXPECT_EQ(each.task.find("task '"), 0U) << each.task;
}

task<int> forgotten() { co_return 1; }

std::string said_by(void (*act)()) {
  ::testing::internal::CaptureStderr();
  act();
  return ::testing::internal::GetCapturedStderr();
}

TEST_F(debug_mode, names_a_task_that_was_never_awaited_nor_spawned) {  // T9
  const actors::runtime on{{.workers = 1, .debug = true}};
  const std::string said = said_by([] { const task<int> dropped = forgotten(); });
  EXPECT_EQ(said.find("actors: a task was dropped that was neither awaited nor spawned, so it never ran: forgotten ("),
            0U)
      << said;
  EXPECT_NE(said.find("debug_mode_test.cpp:"), std::string::npos) << said;
  EXPECT_NE(said.find("\n    co_await it, or spawn it\n"), std::string::npos) << said;
}

TEST_F(debug_mode, names_those_inside_a_combinator_that_was_never_awaited) {  // T9
  const actors::runtime on{{.workers = 1, .debug = true}};
  const std::string said = said_by([] { const auto dropped = actors::gather(forgotten(), forgotten()); });
  const auto first = said.find("never ran: forgotten (");
  ASSERT_NE(first, std::string::npos) << said;
  EXPECT_NE(said.find("never ran: forgotten (", first + 1), std::string::npos) << said;
  EXPECT_EQ(said.find("gather"), std::string::npos) << said;
}

TEST_F(debug_mode, says_nothing_of_tasks_that_an_error_dropped_or_that_ran) {  // T9
  actors::runtime on{{.workers = 1, .debug = true}};
  ::testing::internal::CaptureStderr();
  try {
    const task<int> dropped = forgotten();
    throw std::runtime_error{"on the way"};
  } catch (const std::runtime_error&) {
  }
  on.run([]() -> task<> {
    const int one = co_await forgotten();
    auto handle = actors::spawn(forgotten());
    const int other = co_await handle;
    EXPECT_EQ(one, other);
  }());
  {
    const auto cancelled_before_it_starts = on.spawn(forgotten());
    cancelled_before_it_starts.cancel();
    cancelled_before_it_starts.wait();
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(debug_mode, says_nothing_of_what_a_cancelled_or_failed_task_was_given) {  // T9
  actors::runtime on{{.workers = 1, .debug = true}};
  ::testing::internal::CaptureStderr();
  on.run([]() -> task<> {
    auto limited = actors::spawn(actors::wait_for(forgotten(), 1s));
    auto both = actors::spawn(actors::gather(forgotten(), forgotten()));
    limited.cancel();
    both.cancel();
    auto failed = actors::spawn([](task<int>) -> task<> {
      throw std::runtime_error{"before it awaits what it was given"};
      co_return;
    }(forgotten()));
    co_await actors::sleep(1ms);
    EXPECT_NE(failed.exception(), nullptr);
    EXPECT_TRUE(limited.was_cancelled());
    EXPECT_TRUE(both.was_cancelled());
  }());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(debug_mode, takes_any_limit) {  // T14
  for (const auto limit : {0ms, std::chrono::milliseconds::max(), std::chrono::milliseconds{-1}})
    actors::run([]() -> task<> { co_await actors::yield(); }(), {.workers = 1, .debug = true, .long_turn = limit});
  EXPECT_TRUE(seen.empty());
}

TEST(debug_mode_of_the_environment, must_be_said_clearly) {  // T14
  ASSERT_EQ(setenv("ACTORS_DEBUG", "maybe", 1), 0);
  try {
    const actors::runtime here{{.workers = 1}};
    ADD_FAILURE() << "no error";
  } catch (const actors::usage_error& e) {
    EXPECT_STREQ(e.what(), "ACTORS_DEBUG=maybe: expected 0 or 1");
  }
  ASSERT_EQ(setenv("ACTORS_DEBUG", "0", 1), 0);
  EXPECT_NO_THROW(actors::run(forgotten(), {.workers = 1}));
  ASSERT_EQ(setenv("ACTORS_DEBUG", "1", 1), 0);
  const auto before = actors::on_long_turn(&note);
  ongoing = 0;
  seen.clear();
  actors::run(holds(), {.workers = 1, .long_turn = 2ms});
  EXPECT_FALSE(seen.empty());
  actors::on_long_turn(before);
  unsetenv("ACTORS_DEBUG");
}

}  // namespace
