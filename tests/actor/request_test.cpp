// Requests: questions to actors that are answered, and handlers of items.
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor;
using actors::in;
using actors::out;
using actors::request;
using actors::sender;
using actors::task;
using actors::team;
using actors::timed_out;
using actors::unanswered;
using actors::usage_error;

using length_request = request<std::string, int>;

/// Answers with the length; a text that says so makes it fail, end, wait, drop the request, or answer with an error.
class lengths final : public actor {
 public:
  in<length_request> asked{*this, "asked"};
  task<> run() override {
    while (auto each = co_await asked.receive()) {
      const std::string& text = **each;
      if (text == "fail") throw std::runtime_error{"failed"};
      if (text == "end") co_return;
      if (text == "drop") continue;
      if (text == "wait") co_await actors::sleep(1h);
      if (text == "error")
        each->fail(std::make_exception_ptr(std::invalid_argument{"no such text"}));
      else
        each->reply(static_cast<int>(text.size()));
    }
  }
};

/// Runs `body` with a sender of requests, beside a team with one actor that answers.
template <class Body>
void with_lengths(Body body) {
  team members{{.max = 5}};
  auto one = members.spawn<lengths>({.name = "lengths"});
  auto to = one.sender(&lengths::asked, 1);
  members.spawn([&body, &to]() -> task<> { co_await body(std::exchange(to, {})); });
  test::run_simulated(1, members.run());
}

TEST(request, is_answered) {  // A7
  with_lengths([](sender<length_request> to) -> task<> {
    EXPECT_EQ(co_await ask(to, "four", 1s), 4);
    EXPECT_EQ(co_await ask(to, "", 1s), 0);
  });
}

TEST(request, many_at_once_are_answered_each_with_its_own) {  // A7
  with_lengths([](sender<length_request> to) -> task<> {
    std::vector<task<int>> all;
    for (std::size_t i = 0; i < 50; ++i) all.push_back(ask(to, std::string(i, 'x'), 1s));
    const std::vector<int> lengths_of = co_await actors::gather(std::move(all));
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(lengths_of[i], static_cast<int>(i));
  });
}

TEST(request, has_a_limit_of_time) {  // A7
  with_lengths([](sender<length_request> to) -> task<> {
    const auto begin = actors::detail::current_scheduler()->now();
    EXPECT_THROW(co_await ask(to, "wait", 100ms), timed_out);
    EXPECT_EQ(actors::detail::current_scheduler()->now() - begin, 100ms);
    co_await to.send(length_request{"in the channel", {}});
    EXPECT_THROW(co_await ask(to, "there is no room", 100ms), timed_out);
    EXPECT_EQ(actors::detail::current_scheduler()->now() - begin, 200ms);
    to.close();
  });
}

TEST(request, to_an_actor_that_has_ended_fails_at_once) {  // A7
  with_lengths([](sender<length_request> to) -> task<> {
    EXPECT_THROW(co_await ask(to, "end", 1h), unanswered);
    EXPECT_THROW(co_await ask(to, "too late", 1h), unanswered);
  });
}

TEST(request, of_an_actor_that_fails_is_told_to_its_asker_and_the_next_one_is_answered) {  // A6 A7
  with_lengths([](sender<length_request> to) -> task<> {
    EXPECT_THROW(co_await ask(to, "fail", 1h), unanswered);
    EXPECT_EQ(co_await ask(to, "four", 1h), 4);
    EXPECT_THROW(co_await ask(to, "drop", 1h), unanswered);
  });
}

TEST(request, can_be_answered_with_an_error) {  // A7
  with_lengths(
      [](sender<length_request> to) -> task<> { EXPECT_THROW(co_await ask(to, "error", 1h), std::invalid_argument); });
}

TEST(request, is_answered_once) {
  auto [to, answer] = actors::oneshot<int>();
  request<std::string, int> one{"text", std::move(to)};
  EXPECT_FALSE(one.is_abandoned());
  one.reply(1);
  EXPECT_THROW(one.reply(2), usage_error);
  EXPECT_THROW(one.fail(nullptr), usage_error);
}

TEST(request, tells_that_its_asker_is_gone) {  // A7
  auto [to, answer] = actors::oneshot<int>();
  request<std::string, int> one{"text", std::move(to)};
  { const auto gone = std::move(answer); }
  EXPECT_TRUE(one.is_abandoned());
  one.reply(1);
}

TEST(request, without_an_answer_but_the_end) {  // A7
  int sum = 0;
  team members;
  auto adder = members.spawn([&sum](in<request<int, void>>& asked) -> task<> {
    while (auto each = co_await asked.receive()) {
      sum += **each;
      each->reply();
    }
  });
  auto ends = actors::channel<request<int, void>>(1);
  connect(std::move(ends.second), adder.port<0>());
  members.spawn([&sum, &ends]() -> task<> {
    const auto mine = std::exchange(ends.first, {});
    co_await ask(mine, 3, 1s);
    EXPECT_EQ(sum, 3);
  });
  test::run_simulated(1, members.run());
}

/// Keeps what comes in; fails at each third item, for the first time.
class keeper final : public actors::handler<std::unique_ptr<int>> {
 public:
  keeper(std::vector<int>* kept, std::vector<unsigned>* given) : kept_{kept}, given_{given} {}
  task<> handle(std::unique_ptr<int>& item) override {
    co_await actors::yield();
    if (*item % 3 == 0 && deliveries() == 1) throw std::runtime_error{"not now"};
    kept_->push_back(*item);
    given_->push_back(deliveries());
  }

 private:
  std::vector<int>* kept_;
  std::vector<unsigned>* given_;
};

TEST(handler, gets_an_item_again_that_it_failed_at) {  // A6
  std::vector<int> kept;
  std::vector<unsigned> given;
  team members{{.max = 10}};
  auto source = members.spawn([](out<std::unique_ptr<int>>& items) -> task<> {
    for (int i = 1; i <= 9; ++i) co_await items.send(std::make_unique<int>(i));
  });
  auto sink = members.spawn<keeper>(&kept, &given);
  connect(source.port<0>(), sink.port(&keeper::items));
  test::run_simulated(1, members.run());
  EXPECT_EQ(kept, (std::vector{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(given, (std::vector<unsigned>{1, 1, 2, 1, 1, 2, 1, 1, 2}));
  EXPECT_EQ(members.reports()[1].lost, 0U);
  EXPECT_EQ(members.reports()[1].restarts, 3U);
}

/// Doubles; fails at 0, and keeps what is below.
class doubles final : public actor {
 public:
  in<request<int, int>> asked{*this, "asked"};
  task<> run() override {
    std::vector<request<int, int>> kept;
    while (auto one = co_await asked.receive()) {
      if (**one == 0)
        one->fail(std::make_exception_ptr(std::out_of_range{"nothing"}));
      else if (**one < 0)
        kept.push_back(*std::move(one));
      else
        one->reply(2 * **one);
    }
  }
};

TEST(request, plain_threads_ask_too) {  // A7
  for (const unsigned workers : {1U, 2U}) {
    team members;
    auto one = members.spawn<doubles>();
    std::jthread asking{[to = one.sender(&doubles::asked, 1)] {
      for (int i = 1; i <= 100; ++i) EXPECT_EQ(actors::blocking_ask(to, i, 20s), 2 * i);
      EXPECT_THROW(actors::blocking_ask(to, 0, 20s), std::out_of_range);
      EXPECT_THROW(actors::blocking_ask(to, -1, 2ms), actors::timed_out);
    }};
    actors::run(members.run(), {.workers = workers});
    EXPECT_EQ(one.blocking_ended().state, actors::actor_state::ended);
  }
}

TEST(request, plain_threads_are_told_that_nobody_is_left) {  // A7
  auto [to, from] = actors::channel<request<int, int>>(1);
  std::jthread drops{[requests = std::move(from)]() mutable {
    static_cast<void>(actors::blocking_receive(requests));
    requests = {};
  }};
  EXPECT_THROW(actors::blocking_ask(to, 1, 20s), actors::unanswered);
  drops.join();
  EXPECT_THROW(actors::blocking_ask(to, 1, 20s), actors::unanswered);
}

/// Asks from a thread that may block, more than it is answered.
class asks_slowly final : public actors::blocking_actor {
 public:
  asks_slowly(actors::sender<request<int, int>> whom, std::atomic<int>* sum) : whom_{std::move(whom)}, sum_{sum} {}
  void work() override {
    for (int i = 1; i <= 10; ++i) *sum_ += ask(whom_, i, 20s);
    static_cast<void>(ask(whom_, -1, 1h));
  }

 private:
  actors::sender<request<int, int>> whom_;
  std::atomic<int>* sum_;
};

TEST(request, actors_that_block_ask_and_are_stopped_while_they_wait) {  // A5, A7, A8
  std::atomic<int> sum = 0;
  team members;
  auto one = members.spawn<doubles>();
  members.spawn<asks_slowly>(one.sender(&doubles::asked), &sum);
  std::jthread stops{[&] {
    test::spin_until([&] { return sum == 110; });
    members.stop();
  }};
  EXPECT_THROW(actors::run(members.run()), actors::cancelled);
}

}  // namespace
