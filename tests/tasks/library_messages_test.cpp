// What the library itself says to the log: the event and the fields of each of its messages.
#include <actors/actors.hpp>
#include <actors/io/asio.hpp>

#include "support/seen_messages.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/waiting.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;
using actors::log_level;
using actors::task;
using test::seen_message;
using test::seen_messages;

task<> fails(std::string why) {
  co_await actors::sleep(1ms);
  throw std::runtime_error{why};
}

// All that a text says is a field, too, for programs, and not said twice to people.
void expect_told(const seen_message& message) {
  for (const test::seen_field& each : message.fields) EXPECT_TRUE(each.in_text) << message.event << ' ' << each.key;
}

task<> finds_a_closed_channel(bool after_its_cancellation) {
  auto [to, from] = actors::channel<int>(1);
  from = {};
  try {
    if (after_its_cancellation) co_await actors::sleep(std::chrono::hours{1});
  } catch (const actors::cancelled&) {
  }
  co_await to.send(1);
}

// Where many are asked to end their channels close in any order.
TEST(library_messages, a_closed_channel_of_a_task_that_is_asked_to_end_is_none) {  // T9
  for (const bool is_asked : {false, true}) {
    const seen_messages seen;
    actors::run(
        [](bool asked) -> task<> {
          actors::spawn(finds_a_closed_channel(asked));
          co_await actors::yield();
        }(is_asked),
        {.workers = 1});  // so that it has ended before the others are asked
    EXPECT_EQ(seen.of("unretrieved_error").size(), is_asked ? 0U : 1U);
  }
}

TEST(library_messages, an_error_of_a_task_that_nobody_looked_at) {  // L3, T9, T16
  const seen_messages seen;
  test::run_simulated(1, []() -> task<> {
    actors::spawn(fails("no such file"), {.name = "loader"}).detach();
    co_await actors::sleep(1s);
  }());
  const seen_message got = seen.one("unretrieved_error");
  EXPECT_EQ(got.level, log_level::error);
  EXPECT_EQ(got.text, "task 'loader' ended with an error that nobody looked at: no such file");
  EXPECT_EQ(got.word("task"), "loader");
  EXPECT_EQ(got.word("error"), "no such file");
  EXPECT_EQ(got.details.find("    in fails ("), 0U) << got.details;
  EXPECT_TRUE(got.details.ends_with("), task 'loader'\n")) << got.details;
  expect_told(got);
}

TEST(library_messages, an_error_that_is_not_a_task_s_has_no_task) {  // L3, T9
  const seen_messages seen;
  {
    actors::promise<> lost;
    lost.set_exception(std::make_exception_ptr(7));
  }
  const seen_message got = seen.one("unretrieved_error");
  EXPECT_EQ(got.word("error"), "an exception that is not a std::exception");
  EXPECT_EQ(got.find("task"), nullptr);
  EXPECT_EQ(got.details, "");
}

TEST(library_messages, a_second_error_of_a_group) {  // L3, G7
  const seen_messages seen;
  test::run_simulated(1, []() -> task<> {
    const auto body = [](actors::task_group& group) -> task<> {
      group.spawn([]() -> task<> {
        try {
          co_await actors::sleep(1h);
        } catch (const actors::cancelled&) {
        }
        throw std::runtime_error{"second"};
      }());
      co_await fails("first");
    };
    try {
      co_await actors::with_group(body);
    } catch (const std::runtime_error&) {
    }
  }());
  EXPECT_EQ(seen.one("unretrieved_error").word("error"), "second");
}

TEST(library_messages, ends_of_scopes) {  // L3, T18
  const seen_messages seen;
  test::run_simulated(1, []() -> task<> {
    const auto body = [](actors::exit_stack& stack) -> task<> {
      stack.defer(fails, "second");
      co_await fails("first");
    };
    try {
      co_await actors::with_exit_stack(body);
    } catch (const std::runtime_error&) {
    }
  }());
  const seen_message second = seen.one("scope_error");
  EXPECT_EQ(second.level, log_level::error);
  EXPECT_EQ(second.word("error"), "second");
  EXPECT_NE(second.details, "");
  {
    actors::exit_stack stack;
    stack.defer([] {});
  }
  EXPECT_EQ(seen.one("deferred_not_called").level, log_level::error);
}

task<int> forgotten() { co_return 1; }

TEST(library_messages, a_task_that_never_ran) {  // L3, T9
  const seen_messages seen;
  const actors::runtime on{{.workers = 1, .debug = true}};
  { const task<int> dropped = forgotten(); }
  const seen_message got = seen.one("task_never_ran");
  EXPECT_EQ(got.level, log_level::warning);
  EXPECT_EQ(got.word("function"), "forgotten");
  EXPECT_TRUE(got.word("file").ends_with("library_messages_test.cpp"));
  EXPECT_NE(got.text.find("library_messages_test.cpp:" + std::to_string(got.get<std::uint64_t>("line"))),
            std::string::npos);
  EXPECT_EQ(got.find("task"), nullptr);
  EXPECT_EQ(got.details, "    co_await it, or spawn it\n");
  expect_told(got);
}

TEST(library_messages, long_turns) {  // L3, T14
  const seen_messages seen;
  const auto turns = [&seen] {
    auto found = seen.of("long_turn");  // where the machine is busy any turn can be a long one
    std::erase_if(found, [](const seen_message& each) { return each.word("task").find("'hog'") == std::string::npos; });
    return found;
  };
  const auto holds = [&turns]() -> task<> {
    test::spin_until([&turns] { return !turns().empty(); });
    co_return;
  };
  actors::runtime on{{.workers = 1, .debug = true, .long_turn = 5ms}};
  on.spawn(holds(), {.name = "hog"}).get();
  test::spin_until([&turns] { return turns().size() == 2; });
  const auto found = turns();
  for (const seen_message& each : found) {
    EXPECT_EQ(each.level, log_level::warning);
    EXPECT_EQ(each.text.find(each.word("task")), 0U) << each.text;
    EXPECT_EQ(each.get<std::uint64_t>("worker"), 0U);
    EXPECT_GE(each.get<std::chrono::nanoseconds>("held"), 5ms);
    expect_told(each);
  }
  EXPECT_FALSE(found[0].get<bool>("over"));
  EXPECT_NE(found[0].details.find("actors::blocking()"), std::string::npos);
  EXPECT_TRUE(found[1].get<bool>("over"));
  EXPECT_EQ(found[1].details, "");
}

TEST(library_messages, long_calls) {  // L3
  const seen_messages seen;
  const unsigned line = __LINE__ + 3;
  {
    actors::blocking_pool pool{{.name = "slow", .warn_after = 5ms}};
    pool.submit([&seen] { test::spin_until([&seen] { return !seen.of("long_call").empty(); }); }).get();
  }
  const seen_message got = seen.one("long_call");
  EXPECT_EQ(got.level, log_level::warning);
  EXPECT_EQ(got.text.find("a call on the pool of threads 'slow' has been running for 0.0"), 0U) << got.text;
  EXPECT_NE(got.text.find(" s; it was submitted at "), std::string::npos) << got.text;
  EXPECT_TRUE(got.text.ends_with("library_messages_test.cpp:" + std::to_string(line))) << got.text;
  EXPECT_EQ(got.word("pool"), "slow");
  EXPECT_GE(got.get<std::chrono::nanoseconds>("running"), 5ms);
  EXPECT_TRUE(got.word("file").ends_with("library_messages_test.cpp"));
  EXPECT_EQ(got.get<std::uint64_t>("line"), line);
  expect_told(got);
}

TEST(library_messages, a_text_that_is_too_long_is_cut_and_its_fields_are_not) {  // L3
  const seen_messages seen;
  const std::string name(2000, 'x');
  {
    actors::blocking_pool pool{{.name = name, .warn_after = 1ms}};
    pool.submit([&seen] { test::spin_until([&seen] { return !seen.of("long_call").empty(); }); }).get();
  }
  const seen_message got = seen.one("long_call");
  EXPECT_EQ(got.text.size(), 1023U);
  EXPECT_TRUE(got.text.ends_with("xxx"));
  EXPECT_EQ(got.word("pool"), name);
}

TEST(library_messages, an_error_of_a_completion_handler) {  // L3, R5
  const seen_messages seen;
  actors::run([](const seen_messages& all) -> task<> {
    boost::asio::post(actors::io_context(), [] { throw std::runtime_error{"from a handler"}; });
    while (all.of("handler_error").empty()) co_await actors::yield();
  }(seen));
  const seen_message got = seen.one("handler_error");
  EXPECT_EQ(got.level, log_level::error);
  EXPECT_EQ(got.word("error"), "from a handler");
}

TEST(library_messages, below_the_least_level_are_left_out) {  // L1
  const actors::log_level before = actors::set_log_level(log_level::off);
  const seen_messages seen;
  ::testing::internal::CaptureStderr();
  {
    actors::promise<> lost;
    lost.set_exception(std::make_exception_ptr(std::runtime_error{"lost"}));
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(seen.all().empty());
  actors::set_log_level(before);
}

}  // namespace
