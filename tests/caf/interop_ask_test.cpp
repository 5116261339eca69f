// Tasks that ask CAF's actors, and wait for their end.
#include <actors/caf/end_watch.hpp>

#include "interop_actors.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::ask;
using actors::task;
using test::caf_system;
using test::long_enough;
using test::thrown_by;

task<> asks_for_all_kinds(caf::actor whom) {
  const int doubled = co_await ask<int>(whom, long_enough, 21);
  EXPECT_EQ(doubled, 42);
  const std::string joined = co_await ask<std::string>(whom, long_enough, "ab", std::string{"cd"});
  EXPECT_EQ(joined, "abcd");
  const std::tuple<int, int> both = co_await ask<int, int>(whom, long_enough, 17, 5);
  EXPECT_EQ(both, std::make_tuple(3, 2));
  co_await ask<void>(whom, long_enough, 1.5);
  const caf::message any = co_await ask<caf::message>(whom, long_enough, 4);
  EXPECT_EQ(any.get_as<int>(0), 8);
}

TEST(caf_ask, gives_one_value_or_several_or_none) {  // A7, A8
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    const caf::actor whom = here.system.spawn(test::many_answers);
    here.on.run(asks_for_all_kinds(whom));
    caf::anon_send(whom, caf::ok_atom_v);
  }
}

TEST(caf_ask, works_with_cafs_own_scheduler_and_from_a_runtime_beside) {  // A8
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf_system beside{2};
  const caf::actor whom = system.spawn(test::many_answers);
  const caf::actor other = beside.system.spawn(test::many_answers);
  actors::run(asks_for_all_kinds(whom));
  actors::run(asks_for_all_kinds(other));
  beside.on.run(asks_for_all_kinds(whom));
  caf::anon_send(whom, caf::ok_atom_v);
  caf::anon_send(other, caf::ok_atom_v);
}

using square_actor = caf::typed_actor<caf::replies_to<int>::with<int>, caf::replies_to<std::string>::with<int, int>>;

square_actor::behavior_type squares() {
  return {[](int x) { return x * x; },
          [](const std::string& text) -> caf::result<int, int> {
            return {static_cast<int>(text.size()), 7};
          }};
}

TEST(caf_ask, of_a_typed_actor_the_types_are_known) {  // A8
  caf_system two;
  const square_actor whom = two.system.spawn(squares);
  two.on.run([](square_actor asked) -> task<> {
    auto square = co_await ask(asked, long_enough, 7);
    static_assert(std::is_same_v<decltype(square), int>);
    EXPECT_EQ(square, 49);
    auto pair = co_await ask(asked, long_enough, "four");
    static_assert(std::is_same_v<decltype(pair), std::tuple<int, int>>);
    EXPECT_EQ(std::get<0>(pair), 4);
  }(whom));
}

TEST(caf_ask, errors_come_as_exceptions_that_carry_them) {  // A7, A8
  caf_system two;
  const caf::actor whom = two.system.spawn(test::many_answers);
  caf::error reason;
  const std::string answer = two.on.run([](caf::actor asked, caf::error* why) -> task<std::string> {
    try {
      co_await ask<int>(asked, long_enough, caf::get_atom_v);
    } catch (const actors::caf_error& fault) {
      *why = fault.reason();
      co_return fault.what();
    }
    co_return "none";
  }(whom, &reason));
  EXPECT_EQ(reason.category(), caf::atom("system"));
  EXPECT_EQ(reason.code(), static_cast<std::uint8_t>(caf::sec::invalid_argument));
  EXPECT_EQ(answer, two.system.render(reason));
  EXPECT_NE(answer.find("no such key"), std::string::npos) << answer;
  const std::string other = two.on.run(thrown_by(ask<std::string>(whom, long_enough, 4)));
  EXPECT_EQ(other.rfind("caf_error: ask: the answer is (8), expected ", 0), 0U) << other;
  const std::string unexpected = two.on.run(thrown_by(ask<int>(whom, long_enough, 'c')));
  EXPECT_EQ(unexpected.rfind("caf_error: ", 0), 0U) << unexpected;
  const std::string thrown = two.on.run(thrown_by(ask<int>(whom, long_enough, caf::delete_atom_v)));
  EXPECT_EQ(thrown.rfind("caf_error: ", 0), 0U) << thrown;
}

TEST(caf_ask, one_that_has_ended_or_drops_the_request_does_not_answer) {  // A7
  caf_system two;
  const caf::actor whom = two.system.spawn(test::many_answers);
  const std::string dropped = two.on.run(thrown_by(ask<int>(whom, long_enough, caf::put_atom_v)));
  EXPECT_EQ(dropped.rfind("unanswered: ", 0), 0U) << dropped;
  caf::anon_send(whom, caf::close_atom_v);
  two.system.await_all_actors_done();
  const std::string after = two.on.run(thrown_by(ask<int>(whom, long_enough, 1)));
  EXPECT_EQ(after.rfind("unanswered: ", 0), 0U) << after;
  EXPECT_THROW(two.on.run(ask<int>(caf::actor{}, long_enough, 1)), actors::usage_error);
}

// A behavior that skips a message keeps it.
caf::behavior keeps_for_ever(caf::event_based_actor* self) {
  self->set_default_handler(caf::skip);
  return {[=](caf::ok_atom) { self->quit(); }};
}

TEST(caf_ask, ends_with_its_time) {  // A7
  caf_system two;
  const caf::actor whom = two.system.spawn(keeps_for_ever);
  const auto before = std::chrono::steady_clock::now();
  const std::string text = two.on.run(thrown_by(ask<int>(whom, 30ms, 1)));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 30ms);
  EXPECT_EQ(text, "timed_out: ask: no answer within 30 ms");
  const std::string none = two.on.run(thrown_by(ask<int>(whom, 0ms, 1)));
  EXPECT_EQ(none.rfind("timed_out: ", 0), 0U) << none;
  caf::anon_send(whom, caf::ok_atom_v);
}

TEST(caf_ask, a_cancelled_task_waits_no_longer_and_the_late_answer_goes) {  // T6
  for (int round = 0; round != 300; ++round) {
    caf_system two;
    const caf::actor whom = two.system.spawn(round % 2 == 0 ? keeps_for_ever : test::many_answers);
    std::atomic<bool> begun = false;
    auto asking = two.on.spawn([](caf::actor asked, std::atomic<bool>* has_begun) -> task<int> {
      *has_begun = true;
      co_return co_await ask<int>(asked, long_enough, 4);
    }(whom, &begun));
    test::spin_until([&] { return begun.load(); });
    if (round % 3 == 0) std::this_thread::yield();
    asking.cancel();
    asking.wait();
    EXPECT_TRUE(asking.was_cancelled() || asking.result() == 8);
    EXPECT_TRUE(round % 2 != 0 || asking.was_cancelled());
    caf::anon_send(whom, caf::ok_atom_v);
  }
}

task<long> asks_often(caf::actor whom, int times) {
  long sum = 0;
  for (int i = 0; i != times; ++i) {
    const int answer = co_await ask<int>(whom, long_enough, i);
    sum += answer;
  }
  co_return sum;
}

TEST(caf_ask, many_tasks_ask_many_actors_at_once) {  // A7, A8
  constexpr int tasks = 64;
  constexpr int times = 200;
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    std::vector<caf::actor> all;
    for (int i = 0; i != 8; ++i) all.push_back(here.system.spawn(test::many_answers));
    std::vector<actors::join_handle<long>> asking;
    for (int i = 0; i != tasks; ++i) asking.push_back(here.on.spawn(asks_often(all[i % all.size()], times)));
    for (auto& each : asking) EXPECT_EQ(each.get(), long{times} * (times - 1));
    for (const caf::actor& each : all) caf::anon_send(each, caf::ok_atom_v);
  }
}

TEST(caf_ask, one_that_ends_at_that_moment_answers_or_does_not) {  // A7
  for (int round = 0; round != 500; ++round) {
    caf_system two;
    const caf::actor whom = two.system.spawn(test::many_answers);
    auto asking = two.on.spawn(thrown_by(ask<int>(whom, long_enough, 4)));
    caf::anon_send(whom, caf::ok_atom_v);
    const std::string how = asking.get();
    EXPECT_TRUE(how == "nothing" || how.rfind("unanswered: ", 0) == 0) << how;
  }
}

TEST(caf_ended, tells_when_and_why_also_long_after) {  // A2
  caf_system two;
  const caf::actor normal = two.system.spawn(test::many_answers);
  const caf::actor fails = two.system.spawn(test::many_answers);
  auto waits = two.on.spawn(actors::ended(normal));
  auto waits_too = two.on.spawn(actors::ended(normal));
  EXPECT_FALSE(waits.done());
  caf::anon_send(normal, caf::ok_atom_v);
  EXPECT_EQ(waits.get(), caf::error{});
  EXPECT_EQ(waits_too.get(), caf::error{});
  caf::anon_send(fails, caf::close_atom_v);
  two.system.await_all_actors_done();
  EXPECT_EQ(two.on.run(actors::ended(fails)), caf::exit_reason::out_of_workers);
  EXPECT_EQ(two.on.run(actors::ended(normal)), caf::error{});
}

TEST(caf_ended, keeps_nobody_alive_and_leaves_nothing_behind) {  // A2
  caf_system two;
  caf::actor nobody_holds = two.system.spawn(test::many_answers);
  auto waits = two.on.spawn([](caf::actor whom) -> task<caf::error> {
    task<caf::error> end = actors::ended(whom);
    whom = {};
    co_return co_await std::move(end);
  }(std::move(nobody_holds)));
  EXPECT_EQ(waits.get(), caf::exit_reason::unreachable);
}

TEST(caf_ended, what_waits_no_longer_leaves_nothing_behind) {  // A2
  caf_system two;
  const caf::actor lives = two.system.spawn(test::many_answers);
  const auto at = caf::actor_cast<caf::strong_actor_ptr>(lives);
  auto token = std::make_shared<int>(1);
  const std::weak_ptr<int> kept = token;
  {
    const actors::detail::end_watch watch{at, [token = std::move(token)](const caf::error&) { ADD_FAILURE(); }};
    const actors::detail::end_watch other{at, [](const caf::error&) {}};
    EXPECT_FALSE(kept.expired());
  }
  EXPECT_TRUE(kept.expired());
  auto waits = two.on.spawn(actors::ended(lives));
  waits.cancel();
  waits.wait();
  EXPECT_TRUE(waits.was_cancelled());
  caf::anon_send(lives, caf::ok_atom_v);
}

TEST(caf_ask, an_empty_error_is_no_error) {  // A8
  caf_system two;
  const caf::actor whom = two.system.spawn(
      [](caf::event_based_actor*) -> caf::behavior { return {[](int) { return caf::make_message(caf::error{}); }}; });
  EXPECT_EQ(two.on.run(thrown_by([](caf::actor asked) -> task<int> {
    co_await ask<void>(asked, long_enough, 1);
    co_return 0;
  }(whom))),
            "nothing");
  const std::string other = two.on.run(thrown_by(ask<int>(whom, long_enough, 1)));
  EXPECT_EQ(other.rfind("caf_error: ask: the answer is ", 0), 0U) << other;
}

TEST(caf_ask, keeps_nobody_alive_while_it_waits) {  // A7
  caf_system two;
  caf::actor whom = two.system.spawn(keeps_for_ever);
  auto asking = two.on.spawn(thrown_by(ask<int>(whom, long_enough, 1)));
  whom = nullptr;
  const std::string how = asking.get();
  EXPECT_EQ(how.rfind("timed_out", 0), std::string::npos) << how;
  EXPECT_NE(how, "nothing");
}

}  // namespace
