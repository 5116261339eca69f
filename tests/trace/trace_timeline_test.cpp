// What is made of a recording, built here by hand: waits, lives, arrows and slices, also where much of it was lost.
#include "trace_timeline.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace {

using actors::detail::trace_event_data;
using actors::detail::trace_kind;
using actors::detail::trace_session;
using actors::detail::trace_timeline;
using span = trace_timeline::span;

constexpr std::uint64_t one = 0x1000;  // the addresses of tasks
constexpr std::uint64_t other = 0x2000;
constexpr std::uint64_t channel = 0x9000;
constexpr std::uint32_t receive = 7;  // the name of a wait
constexpr std::uint64_t end_of_recording = 20'000'000;

// A recording in which a cycle takes a nanosecond, with the events of each thread.
trace_timeline timeline(std::initializer_list<std::vector<trace_event_data>> threads) {
  trace_session::copy made;
  made.end = {.cycles = end_of_recording, .time = static_cast<std::int64_t>(end_of_recording)};
  for (const auto& events : threads) {
    const auto number = static_cast<std::uint32_t>(made.threads.size());
    made.threads.push_back(
        {.number = number, .worker = static_cast<int>(number), .name = "", .events = {events, 0, false}});
  }
  return trace_timeline{std::move(made)};
}

trace_event_data spawned(std::uint64_t time, std::uint64_t task) {
  return {.time = time, .object = task, .place = 1, .kind = trace_kind::task_spawned};
}
trace_event_data begins(std::uint64_t time, std::uint64_t task, std::uint32_t coroutine = 1) {
  return {.time = time, .object = task, .place = coroutine, .kind = trace_kind::turn_begin};
}
trace_event_data yields(std::uint64_t time) { return {.time = time, .kind = trace_kind::turn_end}; }
trace_event_data waits(std::uint64_t time) {
  return {.time = time, .object = channel, .name = receive, .kind = trace_kind::turn_end};
}
trace_event_data wakes(std::uint64_t time, std::uint64_t task) {
  return {.time = time, .object = task, .kind = trace_kind::task_woken};
}
trace_event_data ends(std::uint64_t time, std::uint64_t task) {
  return {.time = time, .object = task, .kind = trace_kind::task_ended, .status = 1};
}
trace_event_data slice(std::uint64_t time, std::uint64_t number, trace_kind kind) {
  return {.time = time, .object = number, .name = 9, .kind = kind};
}

std::vector<span> spans_of(const trace_timeline& from, span::kind kind) {
  std::vector<span> found;
  for (const span& each : from.spans())
    if (each.of == kind) found.push_back(each);
  return found;
}

TEST(trace_timeline, a_wait_lasts_from_the_end_of_a_turn_to_the_beginning_of_the_next) {  // P1
  const auto made = timeline({
      {spawned(100, one), begins(200, one), waits(300)},
      {begins(150, other), wakes(400, one), yields(450), begins(500, one), ends(550, one), yields(600)},
  });
  const auto found = spans_of(made, span::kind::wait);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].finished);
  EXPECT_EQ(found[0].begin, 300U);
  EXPECT_EQ(found[0].end, 500U);
  EXPECT_EQ(found[0].name, receive);
  EXPECT_EQ(found[0].source, channel);
  EXPECT_EQ(found[0].from_thread, 0U);
  EXPECT_EQ(found[0].to_thread, 1U);
  const auto lives = spans_of(made, span::kind::life);
  ASSERT_EQ(lives.size(), 2U);
  EXPECT_EQ(lives[0].begin, 100U);
  EXPECT_EQ(lives[0].end, 550U);
  EXPECT_TRUE(lives[0].finished);
  EXPECT_FALSE(lives[1].finished);
  EXPECT_EQ(found[0].task, lives[0].task);
}

// Another thread wakes the task, and runs it, while the one where it went to sleep has not noted the end of its turn.
TEST(trace_timeline, a_wait_that_is_over_before_its_turn_has_ended_is_no_span) {  // P1
  const auto made = timeline({
      {spawned(100, one), begins(200, one), waits(600)},
      {begins(400, one), waits(700), begins(800, one), ends(850, one), yields(900)},
  });
  const auto found = spans_of(made, span::kind::wait);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].begin, 700U);
  EXPECT_EQ(found[0].end, 800U);
}

TEST(trace_timeline, a_wait_that_is_over_before_its_turn_has_ended_stays_none_when_the_task_has_ended) {  // P1
  const auto made = timeline({
      {spawned(100, one), begins(200, one), waits(600)},
      {begins(400, one), ends(450, one), yields(500)},
  });
  EXPECT_TRUE(spans_of(made, span::kind::wait).empty());
}

TEST(trace_timeline, a_wait_ends_with_its_task_where_the_turn_that_followed_was_lost) {  // P1
  const auto made = timeline({
      {spawned(100, one), begins(200, one), waits(300)},
      {ends(900, one)},
  });
  const auto found = spans_of(made, span::kind::wait);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].finished);
  EXPECT_EQ(found[0].begin, 300U);
  EXPECT_EQ(found[0].end, 900U);
  EXPECT_EQ(found[0].to_thread, 1U);
}

TEST(trace_timeline, a_wait_that_goes_on_lasts_to_the_end_of_the_recording) {  // P1
  const auto made = timeline({{spawned(100, one), begins(200, one), waits(300)}});
  const auto found = spans_of(made, span::kind::wait);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].finished);
  EXPECT_EQ(found[0].end, end_of_recording);
}

TEST(trace_timeline, a_task_at_the_address_of_one_that_has_ended_has_a_life_of_its_own) {  // P1
  const auto made = timeline({
      {spawned(100, one), begins(200, one), ends(250, one), yields(300), spawned(400, one), begins(500, one)},
  });
  const auto& events = made.threads()[0].events;
  EXPECT_NE(events[1].task, events[5].task);
  EXPECT_EQ(events[0].task, events[1].task);
  EXPECT_EQ(events[4].task, events[5].task);
  EXPECT_EQ(spans_of(made, span::kind::life).size(), 2U);
}

TEST(trace_timeline, what_is_known_after_the_end_of_a_task_is_of_another_where_its_beginning_was_lost) {  // P1
  const auto made = timeline({{begins(200, one), ends(250, one), yields(300), begins(400, one), yields(500)}});
  const auto& events = made.threads()[0].events;
  EXPECT_NE(events[0].task, events[3].task);
  EXPECT_EQ(spans_of(made, span::kind::life).size(), 2U);
}

TEST(trace_timeline, another_coroutine_at_an_address_is_another_task_where_the_change_was_lost) {  // P1
  const auto made = timeline({{begins(200, one, 1), yields(300), begins(400, one, 2), yields(500)}});
  const auto& events = made.threads()[0].events;
  EXPECT_NE(events[0].task, events[2].task);
  EXPECT_EQ(spans_of(made, span::kind::life).size(), 2U);
}

TEST(trace_timeline, an_arrow_leads_from_who_wakes_a_task_to_its_turn) {  // P1
  const auto made = timeline({
      {spawned(100, one), begins(200, one), waits(300), begins(500, one), yields(600)},
      {begins(150, other), wakes(400, one), yields(450)},
  });
  const auto& first = made.threads()[0].events;
  const auto& second = made.threads()[1].events;
  EXPECT_EQ(first[0].flow, first[1].flow);  // spawned outside of a slice
  EXPECT_FALSE(made.shows(first[0].flow));
  EXPECT_NE(second[1].flow, first[0].flow);
  EXPECT_EQ(second[1].flow, first[3].flow);
  EXPECT_TRUE(made.shows(second[1].flow));
}

TEST(trace_timeline, an_arrow_leads_to_one_turn_and_to_none_of_another_task) {  // P1
  const auto made = timeline({
      {begins(150, other), wakes(160, one), yields(170), begins(200, one), yields(300), begins(400, one), yields(450)},
      // Woken, and ended by a cancellation without another turn; then another task has its address.
      {begins(500, other), wakes(510, one), ends(520, one), yields(530), begins(600, one), yields(700)},
  });
  EXPECT_NE(made.threads()[0].events[3].flow, 0U);
  EXPECT_EQ(made.threads()[0].events[5].flow, 0U);
  EXPECT_EQ(made.threads()[1].events[4].flow, 0U);
}

TEST(trace_timeline, slices_across_a_wait_are_spans_and_those_of_one_turn_are_none) {  // P1
  const auto made = timeline({
      {begins(200, one), slice(210, 1, trace_kind::slice_begin), slice(220, 2, trace_kind::slice_begin),
       slice(230, 2, trace_kind::slice_end), waits(300)},
      {begins(500, one), slice(510, 1, trace_kind::slice_end), yields(600)},
  });
  const auto found = spans_of(made, span::kind::slice);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].begin, 210U);
  EXPECT_EQ(found[0].end, 510U);
  EXPECT_TRUE(found[0].finished);
  EXPECT_EQ(found[0].to_thread, 1U);
  EXPECT_EQ(made.threads()[0].events[2].end, 3U);
  EXPECT_EQ(made.threads()[0].events[0].end, 4U);
}

TEST(trace_timeline, an_end_whose_beginning_was_lost_is_passed_over) {  // P1
  const auto made = timeline({{yields(100), begins(200, one), yields(300), begins(400, one)}});
  const auto& events = made.threads()[0].events;
  EXPECT_EQ(events[1].end, 2U);
  EXPECT_EQ(events[3].end, trace_timeline::unfinished);
}

}  // namespace
