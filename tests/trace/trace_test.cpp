// Recording from within the program: when it records, what it refuses, and that nothing is recorded otherwise.
#include <actors/actors.hpp>
#include <actors/detail/observers.hpp>
#include <actors/trace.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace {

using actors::task;
using actors::trace_recording;

task<> step() { co_await actors::yield(); }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(trace, is_off_until_it_is_asked_for_and_afterwards) {  // P4
  EXPECT_FALSE(actors::detail::observed());
  actors::run(step());
  EXPECT_FALSE(actors::detail::observed());
  {
    const trace_recording recording;
    EXPECT_TRUE(actors::detail::tracing());
  }
  EXPECT_FALSE(actors::detail::observed());
}

TEST(trace, has_nothing_of_before_and_after) {  // P4
  actors::trace_event("before");
  trace_recording recording;
  actors::trace_event("meanwhile");
  { const actors::trace_slice slice{"a slice"}; }
  recording.stop();
  actors::trace_event("after");
  actors::trace_counter("after", 1);
  const std::string text = recording.json();
  EXPECT_EQ(text.find("before"), std::string::npos);
  EXPECT_EQ(count(text, "\"meanwhile\""), 1U);
  EXPECT_EQ(count(text, "\"a slice\""), 1U);
  EXPECT_EQ(text.find("after"), std::string::npos);
  std::ostringstream stream;
  recording.write(stream);
  EXPECT_EQ(stream.str(), text);  // it has ended: it stays as it is
}

TEST(trace, is_recorded_once_at_a_time) {  // P4
  trace_recording first;
  EXPECT_THROW(trace_recording{}, actors::usage_error);
  first.stop();
  first.stop();
  trace_recording second;
  actors::trace_event("of the second");
  EXPECT_EQ(first.json().find("of the second"), std::string::npos);
  EXPECT_NE(second.json().find("of the second"), std::string::npos);
}

TEST(trace, refuses_options_that_make_no_sense) {  // P4
  EXPECT_THROW(trace_recording({.bytes_per_thread = 2047}), actors::usage_error);
  EXPECT_THROW(trace_recording({.threads = 0}), actors::usage_error);
  EXPECT_FALSE(actors::detail::tracing());
}

TEST(trace, says_why_a_file_cannot_be_written) {  // P5
  const trace_recording recording;
  try {
    recording.write_file("/nowhere/at/all.json");
    FAIL() << "it was written";
  } catch (const actors::error& fault) {
    EXPECT_STREQ(fault.what(), "the trace cannot be written to '/nowhere/at/all.json': No such file or directory");
  }
}

TEST(trace, has_only_what_was_asked_for) {  // P2
  trace_recording recording{{.turns = false, .wakes = false, .workers = false, .program = true}};
  actors::run(
      []() -> task<> {
        actors::trace_event("by the program");
        auto other = actors::spawn(step());
        co_await other;
      }(),
      {.workers = 2});
  EXPECT_EQ(count(recording.json(), "\"by the program\""), 1U);
  EXPECT_EQ(count(recording.json(), "\"ph\":\"X\""), 0U);
}

// What a traced turn wakes comes another way to its worker, and stays in its place among what it spawns.
TEST(trace, changes_nothing_in_the_order_of_turns) {  // P4
  const auto order = [] {
    std::string said;
    actors::run(
        [](std::string& to) -> task<> {
          const auto say = [](std::string& into, char letter) -> task<> {
            into += letter;
            co_await actors::yield();
            into += letter;
          };
          const auto wait = [](std::string& into, actors::event& until) -> task<> {
            co_await until.wait();
            into += 'w';
          };
          actors::event happened;
          auto w = actors::spawn(wait(to, happened));
          co_await actors::yield();
          auto a = actors::spawn(say(to, 'a'));
          auto b = actors::spawn(say(to, 'b'), {.eager = true});
          happened.set();
          auto c = actors::spawn(say(to, 'c'));
          co_await a;
          co_await b;
          co_await c;
          co_await w;
          to += '.';
        }(said),
        {.workers = 1});
    return said;
  };
  const std::string without = order();
  const trace_recording recording;
  EXPECT_EQ(order(), without);
}

TEST(trace, takes_memory_for_threads_that_record_only) {  // P3
  const trace_recording recording{{.bytes_per_thread = 10'000}};
  EXPECT_EQ(recording.memory(), 0U);
  actors::trace_event("one");
  EXPECT_EQ(recording.memory(), 8192U);
  for (int i = 0; i != 1000; ++i) actors::trace_event("more");
  EXPECT_EQ(recording.memory(), 8192U);
  EXPECT_EQ(recording.dropped(), 1001U - 255U);
}

}  // namespace
