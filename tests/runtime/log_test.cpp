// The log: what a handler gets, what the one of the beginning writes, levels, and handlers that are replaced while
// other threads are in them.
#include <actors/log.hpp>

#include "support/seen_messages.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::log;
using actors::log_field;
using actors::log_handler;
using actors::log_level;
using actors::log_message;
using actors::on_log;
using test::seen_field;
using test::seen_messages;

class log_levels : public ::testing::Test {
 protected:
  ~log_levels() override { actors::set_log_level(before_); }

 private:
  const log_level before_ = actors::set_log_level(log_level::warning);
};

template <class Act>
std::string said_by(Act act) {
  ::testing::internal::CaptureStderr();
  act();
  return ::testing::internal::GetCapturedStderr();
}

TEST(log, a_handler_gets_all_of_a_message) {  // L1
  const seen_messages seen;
  const std::string name = "loader";
  log(log_level::error, "lost", "one was lost",
      {{"task", name, log_field::in_text},
       {"literal", "text"},
       {"minus", -7},
       {"small", std::uint8_t{200}},
       {"most", std::numeric_limits<std::uint64_t>::max()},
       {"half", 0.5F},
       {"late", true},
       {"took", 3ms}},
      "    in load\n");
  const test::seen_message got = seen.one("lost");
  EXPECT_EQ(got.level, log_level::error);
  EXPECT_EQ(got.text, "one was lost");
  EXPECT_EQ(got.details, "    in load\n");
  const std::vector<seen_field> expected{{"task", "loader", true},
                                         {"literal", "text", false},
                                         {"minus", std::int64_t{-7}, false},
                                         {"small", std::uint64_t{200}, false},
                                         {"most", std::numeric_limits<std::uint64_t>::max(), false},
                                         {"half", 0.5, false},
                                         {"late", true, false},
                                         {"took", std::chrono::nanoseconds{3ms}, false}};
  EXPECT_EQ(got.fields, expected);
}

TEST(log, without_a_handler_it_is_a_line_on_stderr) {  // L1
  EXPECT_EQ(said_by([] { log(log_level::warning, "plain", "something is odd"); }), "actors: something is odd\n");
  EXPECT_EQ(said_by([] {
              log(log_level::error, "lost", "one was lost", {{"task", "loader", log_field::in_text}, {"worker", 3U}},
                  "    in load\n    awaited by main\n");
            }),
            "actors: one was lost worker=3\n    in load\n    awaited by main\n");
}

std::string value_as_text(log_field field) {
  const std::string line = to_string(log_message{log_level::info, "e", "t", {&field, 1}});
  EXPECT_TRUE(line.starts_with("t k=")) << line;
  return line.substr(4);
}

TEST(log, values_of_fields_can_be_read_and_told_apart) {  // L1
  EXPECT_EQ(value_as_text({"k", "word"}), "word");
  EXPECT_EQ(value_as_text({"k", "path/to:it"}), "path/to:it");
  EXPECT_EQ(value_as_text({"k", ""}), "\"\"");
  EXPECT_EQ(value_as_text({"k", "two words"}), "\"two words\"");
  EXPECT_EQ(value_as_text({"k", "a=b"}), "\"a=b\"");
  EXPECT_EQ(value_as_text({"k", "say \"no\\yes\"\n\t\x1b"}), R"("say \"no\\yes\"\n\t\x1b")");
  EXPECT_EQ(value_as_text({"k", -12}), "-12");
  EXPECT_EQ(value_as_text({"k", std::numeric_limits<std::int64_t>::min()}), "-9223372036854775808");
  EXPECT_EQ(value_as_text({"k", std::numeric_limits<std::uint64_t>::max()}), "18446744073709551615");
  EXPECT_EQ(value_as_text({"k", 2.5}), "2.5");
  EXPECT_EQ(value_as_text({"k", std::numeric_limits<double>::lowest()}), "-1.7976931348623157e+308");
  EXPECT_EQ(value_as_text({"k", false}), "false");
  EXPECT_EQ(value_as_text({"k", 0s}), "0s");
  EXPECT_EQ(value_as_text({"k", 17ns}), "17ns");
  EXPECT_EQ(value_as_text({"k", -1500us}), "-1.5ms");
  EXPECT_EQ(value_as_text({"k", 350us}), "350us");
  EXPECT_EQ(value_as_text({"k", 90s}), "90s");
  EXPECT_EQ(value_as_text({"k", std::chrono::nanoseconds::max()}), "9.22337e+09s");
}

TEST(log, a_long_message_is_written_as_a_whole) {  // L1
  for (const std::size_t length : {2037U, 2038U, 2039U, 2040U, 10'000U}) {
    const std::string text(length, 'x');
    const std::string details(length, 'y');
    EXPECT_EQ(said_by([&] { log(log_level::error, "long", text, {}, details + '\n'); }),
              "actors: " + text + '\n' + details + '\n');
  }
}

TEST(log, text_has_no_end_of_line) {  // L1
  EXPECT_EQ(to_string(log_message{log_level::info, "e", "t", {}, "    in a\n    in b\n"}), "t\n    in a\n    in b");
}

TEST_F(log_levels, what_is_below_the_least_is_left_out) {  // L1
  const seen_messages seen;
  const auto say_all = [] {
    for (const log_level each :
         {log_level::trace, log_level::debug, log_level::info, log_level::warning, log_level::error}) {
      log(each, "each", to_string(each));
      log(log_message{each, "whole", to_string(each)});
    }
  };
  const std::vector<std::string> names{"trace", "debug", "info", "warning", "error"};
  std::size_t expected = 0;
  for (int least = 0; least <= static_cast<int>(log_level::off); ++least) {
    const log_level before = actors::set_log_level(static_cast<log_level>(least));
    EXPECT_EQ(static_cast<int>(before), least == 0 ? static_cast<int>(log_level::warning) : least - 1);
    say_all();
    expected += names.size() - static_cast<std::size_t>(least);
    ASSERT_EQ(seen.of("each").size(), expected);
    ASSERT_EQ(seen.of("whole").size(), expected);
    EXPECT_EQ(actors::log_enabled(log_level::error), least <= static_cast<int>(log_level::error));
  }
  for (std::size_t i = 0; i != names.size(); ++i) EXPECT_EQ(seen.of("each")[i].text, names[i]);
}

TEST_F(log_levels, in_the_beginning_warnings_are_said_and_infos_are_not) {  // L1
  EXPECT_EQ(said_by([] { log(log_level::info, "quiet", "not said"); }), "");
  EXPECT_EQ(said_by([] { log(log_level::warning, "odd", "said"); }), "actors: said\n");
}

void count(void* counter, const log_message&) noexcept { ++*static_cast<std::atomic<int>*>(counter); }

TEST(log, a_handler_is_given_back_when_it_is_replaced) {  // L2
  std::atomic<int> first{0}, second{0};
  const log_handler usual = on_log({&count, &first});
  EXPECT_NE(usual.call, nullptr);
  EXPECT_EQ(on_log({&count, &second}), (log_handler{&count, &first}));
  log(log_level::error, "e", "to the second");
  EXPECT_EQ(on_log({}), (log_handler{&count, &second}));
  EXPECT_EQ(said_by([] { log(log_level::error, "e", "to the usual one"); }), "actors: to the usual one\n");
  EXPECT_EQ(on_log(usual), usual);
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST(log, what_comes_up_inside_a_handler_goes_to_stderr) {  // L2
  const auto again = [](void* counter, const log_message& message) noexcept {
    count(counter, message);
    log(log_level::error, "inner", "from inside");
  };
  std::atomic<int> calls{0};
  const log_handler before = on_log({again, &calls});
  EXPECT_EQ(said_by([] { log(log_level::error, "outer", "not shown"); }), "actors: from inside\n");
  EXPECT_EQ(said_by([] { log(log_level::error, "outer", "not shown"); }), "actors: from inside\n");
  on_log(before);
  EXPECT_EQ(calls, 2);
}

struct replaces_itself {
  log_handler next;
  log_handler found;
};

TEST(log, a_handler_can_replace_itself) {  // L2
  std::atomic<int> after{0};
  replaces_itself once{{&count, &after}, {}};
  const log_handler self{[](void* context, const log_message&) noexcept {
                           auto& mine = *static_cast<replaces_itself*>(context);
                           mine.found = on_log(mine.next);
                         },
                         &once};
  const log_handler before = on_log(self);
  for (int i = 0; i != 3; ++i) log(log_level::error, "e", "t");
  on_log(before);
  EXPECT_EQ(once.found, self);
  EXPECT_EQ(after, 2);
}

// The first call stays inside until it is let go.
struct slow_handler {
  std::atomic<bool> called{false};
  std::atomic<bool> inside{false};
  std::atomic<bool> may_go{false};
  static void call(void* context, const log_message&) noexcept {
    auto& self = *static_cast<slow_handler*>(context);
    if (self.called.exchange(true)) return;
    self.inside = true;
    test::spin_until([&self] { return self.may_go.load(); });
    self.inside = false;
  }
};

TEST(log, who_replaces_a_handler_waits_until_others_have_left_it) {  // L2
  slow_handler slow;
  std::atomic<int> later{0};
  const log_handler before = on_log({&slow_handler::call, &slow});
  std::thread in_it{[] { log(log_level::error, "e", "slow"); }};
  test::spin_until([&slow] { return slow.inside.load(); });
  std::atomic<bool> replaced{false};
  bool was_inside = true;
  std::thread replaces{[&] {
    on_log({&count, &later});
    was_inside = slow.inside;
    replaced = true;
  }};
  // Messages go to the new one while the other thread waits.
  while (later == 0) log(log_level::error, "e", "t");
  EXPECT_FALSE(replaced);
  slow.may_go = true;
  in_it.join();
  replaces.join();
  EXPECT_FALSE(was_inside);
  on_log(before);
}

TEST(log, handlers_can_go_while_other_threads_log) {  // L2
  struct handler {
    std::atomic<bool> lives{true};
    std::atomic<std::uint64_t> calls{0};
    ~handler() { lives = false; }
    static void call(void* context, const log_message& message) noexcept {
      auto& self = *static_cast<handler*>(context);
      EXPECT_TRUE(self.lives);
      EXPECT_EQ(message.text, "t");
      ++self.calls;
      EXPECT_TRUE(self.lives);
    }
  };
  constexpr int loggers = 3, rounds = 500;
  std::atomic<bool> ends{false};
  std::atomic<std::uint64_t> said{0};
  std::uint64_t heard = 0;
  handler around;
  const log_handler before = on_log({&handler::call, &around});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i != loggers; ++i)
      threads.emplace_back([&] {
        while (!ends) {
          log(log_level::error, "e", "t");
          ++said;
        }
      });
    for (int round = 0; round != rounds; ++round) {
      auto one = std::make_unique<handler>();
      on_log({&handler::call, one.get()});
      if (round % 8 == 0) test::spin_until([&] { return one->calls != 0; });
      on_log({&handler::call, &around});
      heard += one->calls;
    }
    ends = true;
  }
  on_log(before);
  EXPECT_EQ(heard + around.calls, said);
  EXPECT_NE(heard, 0U);
}

}  // namespace
