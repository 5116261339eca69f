// The way of an error through coroutines and tasks, as a program finds it and as it is reported.
#include <actors/actors.hpp>
#include <actors/error_trace.hpp>
#include <actors/exit_stack.hpp>
#include <actors/generator.hpp>
#include <actors/race.hpp>
#include <actors/shield.hpp>
#include <actors/task_group.hpp>
#include <actors/task_local.hpp>
#include <actors/wait.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::error_trace;
using actors::spawn;
using actors::task;
using actors::trace_frame;
using test::for_seeds;
using test::run_simulated;

// What the compiler makes of a template's or lambda's name differs; of these it does not.
std::vector<std::string> functions_of(const error_trace& trace) {
  std::vector<std::string> names;
  for (const trace_frame& each : trace.frames()) names.emplace_back(each.function);
  return names;
}
using names = std::vector<std::string>;

constexpr unsigned deepest_first = __LINE__;
task<int> deepest(std::chrono::milliseconds delay) {
  if (delay != 0ms) co_await actors::sleep(delay);
  throw std::runtime_error{"no such file"};
}
constexpr unsigned deepest_last = __LINE__;

task<int> middle(std::chrono::milliseconds delay) {
  const int got = co_await deepest(delay);
  co_return got + 1;
}
constexpr unsigned middle_awaits = __LINE__ - 3;

template <class Work>
task<error_trace> trace_seen(Work work) {
  error_trace seen;
  try {
    auto inner = work();
    co_await inner;  // the last frame
  } catch (const std::runtime_error&) {
    seen = actors::current_error_trace();
  }
  co_return seen;
}
constexpr unsigned seen_awaits = __LINE__ - 6;

TEST(error_trace, goes_through_those_who_await_each_other) {  // T16
  for (const auto delay : {0ms, 10ms}) {
    run_simulated(1, [](auto wait) -> task<> {
      const auto work = [wait] { return middle(wait); };
      const error_trace trace = co_await trace_seen(work);
      EXPECT_EQ(functions_of(trace).size(), 3U);
      if (trace.frames().size() != 3) co_return;
      const auto& frames = trace.frames();
      EXPECT_STREQ(frames[0].function, "deepest");
      EXPECT_GE(frames[0].line, deepest_first);
      EXPECT_LE(frames[0].line, deepest_last);
      EXPECT_NE(std::string_view{frames[0].file}.find("error_trace_test.cpp"), std::string_view::npos);
      EXPECT_STREQ(frames[1].function, "middle");
      EXPECT_EQ(frames[1].line, middle_awaits);
      EXPECT_EQ(frames[2].line, seen_awaits);
    }(delay));
  }
}

task<int> load(std::string name) {
  auto handle = spawn(middle(1ms), {.name = name});
  co_return co_await handle;
}

TEST(error_trace, names_the_tasks_that_an_error_left) {  // T16, T10
  for_seeds(1, []() -> task<> {
    auto loading = spawn(load("reader"), {.name = "loader"});
    auto ends = actors::wait(std::vector{loading});
    co_await ends;
    const error_trace trace = loading.trace();
    EXPECT_EQ(functions_of(trace), (names{"deepest", "middle", "load"}));
    if (trace.frames().size() != 3) co_return;
    EXPECT_EQ(trace.frames()[0].task, "");
    EXPECT_EQ(trace.frames()[1].task, "reader");
    EXPECT_EQ(trace.frames()[2].task, "loader");
    const std::string text = trace.to_string("  ");
    EXPECT_NE(text.find("  in deepest ("), std::string::npos) << text;
    EXPECT_NE(text.find("  awaited by middle ("), std::string::npos) << text;
    EXPECT_NE(text.find("), task 'reader'\n  awaited by load ("), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("), task 'loader'\n")) << text;
    // Several may look at it; each has it from there on.
    const auto looks_again = [&loading]() -> task<> { co_await loading; };
    const error_trace again = co_await trace_seen(looks_again);
    EXPECT_EQ(functions_of(again).size(), 5U);
    EXPECT_EQ(functions_of(loading.trace()).size(), 3U);
  });
}

TEST(error_trace, of_a_task_that_runs_or_ended_otherwise_is_empty) {  // T16
  for_seeds(1, []() -> task<> {
    auto running = spawn([]() -> task<> { co_await actors::sleep(1h); }());
    auto good = spawn([]() -> task<int> { co_return 1; }());
    co_await good;
    EXPECT_TRUE(running.trace().empty());
    EXPECT_TRUE(good.trace().empty());
    running.cancel();
    auto ends = actors::wait(std::vector{running});
    co_await ends;
    EXPECT_TRUE(running.was_cancelled());
    EXPECT_TRUE(running.trace().empty());
    EXPECT_TRUE(actors::current_error_trace().empty());
  });
}

template <class Work>
void expect_kept_through(Work work) {
  run_simulated(1, [](Work inner) -> task<> {
    const error_trace trace = co_await trace_seen(inner);
    const auto found = functions_of(trace);
    EXPECT_GE(found.size(), 3U) << trace.to_string();
    if (found.size() < 2) co_return;
    EXPECT_EQ(found[0], "deepest") << trace.to_string();
    EXPECT_EQ(found[1], "middle") << trace.to_string();
    // Nothing of the library's own coroutines.
    for (const trace_frame& each : trace.frames())
      EXPECT_NE(std::string_view{each.file}.find("error_trace_test.cpp"), std::string_view::npos) << each.file;
  }(work));
}

TEST(error_trace, is_kept_by_gather) {  // T16, G2
  expect_kept_through([] { return actors::gather(middle(1ms), middle(1h)); });
}
TEST(error_trace, is_kept_by_race) {  // T16, G9
  expect_kept_through([] {
    std::vector<task<int>> all;
    all.push_back(middle(1ms));
    all.push_back(middle(1h));
    return actors::race(std::move(all));
  });
}
TEST(error_trace, is_kept_by_shield) {  // T16, G6
  expect_kept_through([] { return actors::shield(middle(1ms)); });
}
TEST(error_trace, is_kept_by_wait_for) {  // T16, G5
  expect_kept_through([] { return actors::wait_for(middle(1ms), 1h); });
}
TEST(error_trace, is_kept_by_a_group_that_waits_for_other_children) {  // T16, G7
  expect_kept_through([]() -> task<> {
    const auto body = [](actors::task_group& group) -> task<> {
      group.spawn(middle(1ms));
      group.spawn([]() -> task<> {
        try {
          co_await actors::sleep(1h);
        } catch (const actors::cancelled&) {
        }
        co_await actors::sleep(1s);
      }());
      co_return;
    };
    co_await actors::with_group(body);
  });
}
TEST(error_trace, is_kept_by_a_group_whose_body_failed) {  // T16, G7
  expect_kept_through([]() -> task<> {
    const auto body = [](actors::task_group& group) -> task<> {
      group.spawn([]() -> task<> { co_await actors::sleep(1h); }());
      co_await middle(1ms);
    };
    co_await actors::with_group(body);
  });
}
TEST(error_trace, is_kept_by_an_exit_stack_that_waits) {  // T16, T18
  expect_kept_through([]() -> task<> {
    const auto body = [](actors::exit_stack& stack) -> task<> {
      stack.defer([]() -> task<> { co_await actors::sleep(1s); });
      co_await middle(1ms);
    };
    co_await actors::with_exit_stack(body);
  });
}

actors::generator<int> numbers() {
  co_yield 1;
  co_await middle(1ms);
}

TEST(error_trace, goes_through_generators) {  // T16, T17
  for_seeds(1, []() -> task<> {
    const auto work = []() -> task<> {
      auto values = numbers();
      for (const int* value = co_await values.next(); value != nullptr; value = co_await values.next()) {
      }
    };
    const error_trace trace = co_await trace_seen(work);
    const auto found = functions_of(trace);
    EXPECT_GE(found.size(), 4U) << trace.to_string();
    if (found.size() < 3) co_return;
    EXPECT_EQ((names{found[0], found[1], found[2]}), (names{"deepest", "middle", "numbers"}));
  });
}

TEST(error_trace, of_a_second_error_has_nothing_of_the_first) {  // T16
  for_seeds(1, []() -> task<> {
    const auto work = []() -> task<> {
      for (int i = 0; i != 3; ++i) {
        try {
          co_await middle(0ms);
        } catch (const std::runtime_error&) {
        }
      }
      co_await deepest(0ms);
    };
    const error_trace trace = co_await trace_seen(work);
    EXPECT_EQ(trace.frames().size(), 3U) << trace.to_string();
    EXPECT_STREQ(trace.frames()[0].function, "deepest");
  });
}

TEST(error_trace, of_an_error_that_is_translated_begins_there) {  // T16
  for_seeds(1, []() -> task<> {
    const auto work = []() -> task<> {
      try {
        co_await middle(0ms);
      } catch (const std::runtime_error&) {
        throw std::runtime_error{"another one"};
      }
    };
    const error_trace trace = co_await trace_seen(work);
    EXPECT_EQ(trace.frames().size(), 2U) << trace.to_string();
  });
}

task<> sink(int depth) {
  if (depth == 0) throw std::runtime_error{"at the bottom"};
  co_await sink(depth - 1);
}

TEST(error_trace, of_a_long_way_has_both_ends) {  // T16
  constexpr int depth = 1000;
  for_seeds(1, []() -> task<> {
    const auto work = [] { return sink(depth); };
    const error_trace trace = co_await trace_seen(work);
    EXPECT_EQ(trace.frames().size(), error_trace::most_frames);
    EXPECT_EQ(trace.frames().size() + trace.omitted(), static_cast<std::size_t>(depth) + 2);
    EXPECT_STREQ(trace.frames().front().function, "sink");
    EXPECT_STRNE(trace.frames().back().function, "sink");
    EXPECT_NE(trace.to_string().find("... " + std::to_string(trace.omitted()) + " more\n"), std::string::npos);
  });
}

TEST(error_trace, is_printed_with_an_error_that_nobody_took) {  // T9, T16
  ::testing::internal::CaptureStderr();
  for_seeds(1, []() -> task<> {
    spawn(middle(1ms), {.name = "lost one"}).detach();
    co_await actors::sleep(1s);
  });
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(
      said.find("actors: task 'lost one' ended with an error that nobody looked at: no such file\n    in deepest ("),
      0U)
      << said;
  EXPECT_NE(said.find("\n    awaited by middle ("), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with("), task 'lost one'\n")) << said;
}

TEST(error_trace, comes_out_of_run_and_get) {  // T16, T1
  try {
    actors::run(middle(1ms), {.workers = 2});
    FAIL();
  } catch (const std::runtime_error&) {
    EXPECT_EQ(functions_of(actors::current_error_trace()), (names{"deepest", "middle"}));
  }
  EXPECT_TRUE(actors::current_error_trace().empty());  // none is handled here
  actors::runtime here{{.workers = 2}};
  auto handle = here.spawn(middle(1ms), {.name = "reader"});
  for (int i = 0; i != 2; ++i) {
    try {
      handle.get();
      FAIL();
    } catch (const std::runtime_error&) {
      const error_trace trace = actors::current_error_trace();
      EXPECT_EQ(functions_of(trace), (names{"deepest", "middle"}));
      EXPECT_EQ(trace.frames().back().task, "reader");
    }
  }
}

struct counted {
  explicit counted(int& alive) : alive_{&alive} { ++*alive_; }
  counted(const counted& other) : alive_{other.alive_} { ++*alive_; }
  counted& operator=(const counted&) = delete;
  ~counted() { --*alive_; }
  int* alive_;
};

TEST(error_trace, keeps_no_exception_beyond_its_handler) {  // T16
  for_seeds(1, []() -> task<> {
    int alive = 0;
    const auto work = [](int& n) -> task<> {
      throw counted{n};
      co_return;
    };
    try {
      co_await work(alive);
    } catch (const counted&) {
    }
    EXPECT_EQ(alive, 0);
    co_await actors::yield();
    auto handle = spawn(work(alive));
    try {
      co_await std::move(handle);
    } catch (const counted&) {
    }
    handle = {};
    EXPECT_EQ(alive, 0);
  });
  int alive = 0;
  try {
    actors::run([](int& n) -> task<> {
      throw counted{n};
      co_return;
    }(alive));
  } catch (const counted&) {
  }
  EXPECT_EQ(alive, 0);
}

// One exception object, thrown again and again: each time a way of its own.
task<> throws_again(std::exception_ptr kept) {
  std::rethrow_exception(kept);
  co_return;
}
task<> throws_it_too(std::exception_ptr kept) {
  std::rethrow_exception(kept);
  co_return;
}

TEST(error_trace, of_one_that_is_thrown_again_begins_anew) {  // T16
  for_seeds(1, []() -> task<> {
    const auto kept = std::make_exception_ptr(std::runtime_error{"kept"});
    const auto work = [&kept]() -> task<> {
      for (int i = 0; i != 3; ++i) {
        try {
          co_await throws_again(kept);
        } catch (const std::runtime_error&) {
        }
      }
      co_await throws_it_too(kept);
    };
    const error_trace trace = co_await trace_seen(work);
    EXPECT_EQ(trace.frames().size(), 3U) << trace.to_string();
    EXPECT_STREQ(trace.frames().front().function, "throws_it_too");
  });
}

struct asks_in_its_destructor {
  error_trace* seen;
  std::string* name;
  ~asks_in_its_destructor() {
    try {
      throw std::runtime_error{"inside"};
    } catch (const std::runtime_error&) {
      *seen = actors::current_error_trace();
      *name = actors::current_task().name();
    }
  }
};

TEST(error_trace, can_be_asked_for_while_what_a_failed_task_had_is_destroyed) {  // T16, T10
  static actors::task_local<std::shared_ptr<asks_in_its_destructor>> variable{nullptr};
  for_seeds(1, []() -> task<> {
    error_trace seen;
    std::string name;
    auto failing = spawn(
        [](error_trace& trace, std::string& its_name) -> task<> {
          variable.set(std::shared_ptr<asks_in_its_destructor>{new asks_in_its_destructor{&trace, &its_name}});
          co_await deepest(1ms);
        }(seen, name),
        {.name = "failed"});
    auto ends = actors::wait(std::vector{failing});
    co_await ends;
    EXPECT_EQ(name, "failed");
    EXPECT_EQ(functions_of(failing.trace()).size(), 2U);
  });
}

}  // namespace
