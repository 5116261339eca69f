// Teams that restart: what becomes of the items.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "supervised_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using actors::actor;
using actors::actor_failed;
using actors::actor_report;
using actors::actor_state;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using test::number_sink;
using test::number_source;
using test::up_to;

/// Passes numbers on; fails at some of them, each time it meets one.
class fragile final : public actor {
 public:
  enum class when { before_send, after_send };
  fragile(int every, when at) : every_{every}, at_{at} {}

  in<int> numbers{*this, "numbers"};
  out<int> passed{*this, "passed"};

  task<> run() override {
    while (const auto number = co_await numbers.receive()) {
      const bool fails = *number % every_ == every_ - 1;
      if (fails && at_ == when::before_send) throw std::runtime_error{"not " + std::to_string(*number)};
      co_await passed.send(*number);
      if (fails) throw std::runtime_error{"after " + std::to_string(*number)};
    }
  }

 private:
  int every_;
  when at_;
};

struct line {
  team members;
  std::vector<int> taken;

  line(const actors::supervision& how, int count, int every, fragile::when at, std::size_t capacity) : members{how} {
    auto source = members.spawn<number_source>({.name = "source"}, count);
    auto middle = members.spawn<fragile>({.name = "middle"}, every, at);
    auto sink = members.spawn<number_sink>({.name = "sink"}, &taken);
    connect(source.port(&number_source::numbers), middle.port(&fragile::numbers), capacity);
    connect(middle.port(&fragile::passed), sink.port(&number_sink::numbers), capacity);
  }
};

TEST(supervision, a_restarted_actor_keeps_its_channels_and_loses_the_item_in_hand_alone) {  // A3, A6
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    line here{{.max = 10}, 20, 5, fragile::when::before_send, static_cast<std::size_t>(seed % 4)};
    test::run_simulated(seed, here.members.run());
    EXPECT_EQ(here.taken, (std::vector<int>{0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 15, 16, 17, 18}));
    const actor_report middle = here.members.reports()[1];
    EXPECT_EQ(middle.name, "middle");
    EXPECT_EQ(middle.state, actor_state::ended);
    EXPECT_EQ(middle.restarts, 4U);
    EXPECT_EQ(middle.lost, 4U);
    EXPECT_EQ(middle.last_error, "not 19");
  }
}

TEST(supervision, on_workers_too) {  // A3, A6
  for (const unsigned workers : {1U, 2U, 4U}) {
    line here{{.max = 1000}, 2000, 20, fragile::when::before_send, 16};
    actors::run(here.members.run(), {.workers = workers});
    EXPECT_EQ(here.taken.size(), 1900U);
    EXPECT_EQ(here.members.reports()[1].restarts, 100U);
    EXPECT_EQ(here.members.reports()[1].lost, 100U);
  }
}

TEST(supervision, what_was_sent_before_the_failure_arrives) {  // A6
  line here{{.max = 10}, 10, 5, fragile::when::after_send, 1};
  test::run_simulated(1, here.members.run());
  EXPECT_EQ(here.taken, up_to(10));
}

/// Takes numbers that can only be moved; fails at each third.
class takes_boxes final : public actor {
 public:
  explicit takes_boxes(std::vector<int>* taken) : taken_{taken} {}
  in<std::unique_ptr<int>> boxes{*this, "boxes"};
  task<> run() override {
    while (auto box = co_await boxes.receive()) {
      if (**box % 3 == 2) throw std::runtime_error{"dropped"};
      taken_->push_back(**box);
    }
  }

 private:
  std::vector<int>* taken_;
};

class sends_boxes final : public actor {
 public:
  out<std::unique_ptr<int>> boxes{*this, "boxes"};
  task<> run() override {
    for (int i = 0; i != 9; ++i) co_await boxes.send(std::make_unique<int>(i));
  }
};

TEST(supervision, items_that_only_move_are_kept_in_the_channel_too) {  // A6, C15
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<int> taken;
    team members{{.max = 3}};
    auto sends = members.spawn<sends_boxes>();
    auto takes = members.spawn<takes_boxes>({.name = "takes"}, &taken);
    connect(sends.port(&sends_boxes::boxes), takes.port(&takes_boxes::boxes), static_cast<std::size_t>(seed % 3));
    test::run_simulated(seed, members.run());
    EXPECT_EQ(taken, (std::vector<int>{0, 1, 3, 4, 6, 7}));
    EXPECT_EQ(members.reports()[1].lost, 3U);
  }
}

/// Stores boxes, each after a while; fails at some, the first two times it gets them.
class storing final : public actor {
 public:
  explicit storing(std::vector<std::string>* notes) : notes_{notes} {}
  in<std::unique_ptr<int>> boxes{*this, "boxes"};
  task<> run() override {
    while (auto box = co_await boxes.receive_acked()) {
      notes_->push_back(std::to_string(**box) + ":" + std::to_string(box.deliveries()));
      co_await actors::yield();
      if (**box % 3 == 2 && box.deliveries() < 3) throw std::runtime_error{"not stored"};
      box.ack();
    }
  }

 private:
  std::vector<std::string>* notes_;
};

TEST(supervision, what_was_not_acknowledged_is_given_again) {  // A6, C15
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<std::string> notes;
    team members{{.max = 20}};
    auto sends = members.spawn<sends_boxes>();
    auto stores = members.spawn<storing>(&notes);
    connect(sends.port(&sends_boxes::boxes), stores.port(&storing::boxes), static_cast<std::size_t>(seed % 3));
    test::run_simulated(seed, members.run());
    EXPECT_EQ(notes, (std::vector<std::string>{"0:1", "1:1", "2:1", "2:2", "2:3", "3:1", "4:1", "5:1", "5:2", "5:3",
                                               "6:1", "7:1", "8:1", "8:2", "8:3"}));
    EXPECT_EQ(members.reports()[1].lost, 0U);
    EXPECT_EQ(members.reports()[1].restarts, 6U);
  }
}

/// Takes one with, and one without acknowledging it.
class changes_its_mind final : public actor {
 public:
  explicit changes_its_mind(std::vector<int>* taken) : taken_{taken} {}
  in<std::unique_ptr<int>> boxes{*this, "boxes"};
  task<> run() override {
    {
      auto first = co_await boxes.receive_acked();
      taken_->push_back(**first);
    }
    {
      auto again = co_await boxes.receive_acked();
      taken_->push_back(**again);
    }
    auto plainly = co_await boxes.receive();
    taken_->push_back(**plainly);
    auto next = co_await boxes.receive_acked();
    const std::unique_ptr<int> kept = next.take();
    taken_->push_back(*kept);
    while (co_await boxes.receive()) continue;
  }

 private:
  std::vector<int>* taken_;
};

TEST(supervision, until_it_is_acknowledged_every_receive_gives_it) {  // A6
  std::vector<int> taken;
  team members;
  auto sends = members.spawn<sends_boxes>();
  auto takes = members.spawn<changes_its_mind>(&taken);
  connect(sends.port(&sends_boxes::boxes), takes.port(&changes_its_mind::boxes), 2);
  test::run_simulated(1, members.run());
  EXPECT_EQ(taken, (std::vector<int>{0, 0, 0, 1}));
  EXPECT_EQ(members.reports()[1].lost, 0U);
}

TEST(supervision, what_is_held_at_the_end_of_the_team_is_counted_as_lost) {  // A6
  class gives_up final : public actor {
   public:
    in<int> numbers{*this, "numbers"};
    task<> run() override {
      const auto number = co_await numbers.receive_acked();
      if (number) throw std::runtime_error{"never"};
    }
  };
  team members{{.max = 2}};
  auto source = members.spawn<number_source>(3);
  auto last = members.spawn<gives_up>();
  connect(source.port(&number_source::numbers), last.port(&gives_up::numbers), 1);
  EXPECT_THROW(test::run_simulated(1, members.run()), actor_failed);
  EXPECT_EQ(members.reports()[1].lost, 1U);
}

// The destructor of an actor throws nothing: its base says so. That of something in its body may.
TEST(supervision, a_destructor_in_a_body_that_throws_is_a_failure_like_any_other) {  // A3
  static_assert(std::is_nothrow_destructible_v<actor>);
  struct flush {
    explicit flush(bool fails) : fails_{fails} {}
    ~flush() noexcept(false) {
      if (fails_) throw std::runtime_error{"could not flush"};
    }
    bool fails_;
  };
  int runs = 0;
  team members{{.max = 1}};
  members.spawn({.name = "writer"}, [&runs]() -> task<> {
    const flush at_the_end{++runs == 1};
    co_await actors::yield();
  });
  test::run_simulated(1, members.run());
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(members.reports()[0].last_error, "could not flush");
}

/// Keeps two handles of one item.
class acks_twice final : public actor {
 public:
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    auto first = co_await numbers.receive_acked();
    auto again = co_await numbers.receive_acked();
    EXPECT_EQ(*first, *again);
    first.ack();
    EXPECT_THROW(static_cast<void>(*again), actors::usage_error);
    EXPECT_THROW(static_cast<void>(again.deliveries()), actors::usage_error);
    auto next = co_await numbers.receive_acked();
    EXPECT_THROW(again.ack(), actors::usage_error);  // it would be the next one that goes
    EXPECT_EQ(*next, 1);
    EXPECT_EQ(next.take(), 1);
    EXPECT_THROW(static_cast<void>(*next), actors::usage_error);
    auto end = co_await numbers.receive_acked();
    EXPECT_THROW(static_cast<void>(end.deliveries()), actors::usage_error);
  }
};

TEST(supervision, what_was_acknowledged_is_not_to_be_had_by_another_handle) {  // A6
  team members;
  auto source = members.spawn<number_source>(2);
  auto sink = members.spawn<acks_twice>();
  connect(source.port(&number_source::numbers), sink.port(&acks_twice::numbers));
  test::run_simulated(1, members.run());
}

/// Answers, and fails afterwards.
class answers_then_fails final : public actors::handler<actors::request<int, int>> {
 public:
  explicit answers_then_fails(int* handled) : handled_{handled} {}
  task<> handle(actors::request<int, int>& asked) override {
    ++*handled_;
    asked.reply(*asked + 1);
    co_await actors::yield();
    if (*asked % 2 == 0) throw std::runtime_error{"the log is full"};
  }

 private:
  int* handled_;
};

TEST(supervision, a_request_that_was_answered_is_not_given_again) {  // A6, A7
  int handled = 0;
  team members{{.max = 10}};
  auto answering = members.spawn<answers_then_fails>(&handled);
  members.spawn([to = answering.sender(&answers_then_fails::items)]() -> task<> {
    for (int i = 0; i != 10; ++i) {
      const int answer = co_await ask(to, i, std::chrono::seconds{1});
      EXPECT_EQ(answer, i + 1);
    }
  });
  test::run_simulated(1, members.run());
  EXPECT_EQ(handled, 10);
  EXPECT_EQ(members.reports().front().restarts, 5U);
}

}  // namespace
