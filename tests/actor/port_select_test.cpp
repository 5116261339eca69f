// Ports as cases of a select: an actor that waits for several of them, and what is said of the items.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::acked;
using actors::actor;
using actors::after;
using actors::in;
using actors::on_receive;
using actors::on_receive_acked;
using actors::on_send;
using actors::out;
using actors::select;
using actors::task;
using actors::team;
using actors::when;
using test::number_sink;
using test::number_source;
using test::up_to;

using boxed = std::unique_ptr<int>;

class box_source final : public actor {
 public:
  explicit box_source(int count) : count_{count} {}
  out<boxed> boxes{*this, "boxes"};
  task<> run() override {
    for (int i = 0; i != count_; ++i) co_await boxes.send(std::make_unique<int>(i));
  }

 private:
  int count_;
};

/// Notes what comes, from both sides, until both have ended. Fails at a box of that number, the first time.
class merging final : public actor {
 public:
  merging(std::vector<int>* numbers_seen, std::vector<int>* boxes_seen, int* fails_at)
      : numbers_seen_{numbers_seen}, boxes_seen_{boxes_seen}, fails_at_{fails_at} {}
  in<int> numbers{*this, "numbers"};
  in<boxed> boxes{*this, "boxes"};

  task<> run() override {
    bool more_numbers = true;
    bool more_boxes = true;
    const auto note_number = [&](std::optional<int> number) {
      more_numbers = number.has_value();
      if (number) numbers_seen_->push_back(*number);
    };
    const auto note_box = [&](std::optional<boxed> box) {
      more_boxes = box.has_value();
      if (!box) return;
      if (**box == *fails_at_) {
        *fails_at_ = -1;
        throw std::runtime_error{"dropped"};
      }
      boxes_seen_->push_back(**box);
    };
    while (more_numbers || more_boxes)
      co_await select(when(more_numbers, on_receive(numbers, note_number)),
                      when(more_boxes, on_receive(boxes, note_box)));
  }

 private:
  std::vector<int>* numbers_seen_;
  std::vector<int>* boxes_seen_;
  int* fails_at_;
};

struct merged {
  explicit merged(std::size_t capacity, int fails_at = -1) : members{{.max = 3}}, fails{fails_at} {
    auto left = members.spawn<number_source>(20);
    auto right = members.spawn<box_source>(20);
    auto both = members.spawn<merging>({.name = "both"}, &numbers, &boxes, &fails);
    connect(left.port(&number_source::numbers), both.port(&merging::numbers), capacity);
    connect(right.port(&box_source::boxes), both.port(&merging::boxes), capacity);
  }
  std::vector<int> numbers;
  std::vector<int> boxes;
  team members;
  int fails;
};

TEST(port_select, takes_from_whichever_port_has_something) {  // A1, S1
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    merged here{static_cast<std::size_t>(seed % 3)};
    test::run_simulated(seed, here.members.run());
    EXPECT_EQ(here.numbers, up_to(20));
    EXPECT_EQ(here.boxes, up_to(20));
    auto& both = *here.members.cells().back();
    EXPECT_EQ(both.find("numbers")->items(), 20U);
    EXPECT_EQ(both.find("boxes")->items(), 20U);
  }
}

TEST(port_select, on_workers_too) {  // A1, S1
  for (const unsigned workers : {1U, 2U}) {
    merged here{4};
    actors::run(here.members.run(), {.workers = workers});
    EXPECT_EQ(here.numbers, up_to(20));
    EXPECT_EQ(here.boxes, up_to(20));
  }
}

TEST(port_select, an_item_in_hand_is_lost_with_the_actor_and_no_other) {  // A6
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    merged here{static_cast<std::size_t>(seed % 3), 7};
    test::run_simulated(seed, here.members.run());
    EXPECT_EQ(here.numbers, up_to(20));
    EXPECT_EQ(here.boxes.size(), 19U);
    EXPECT_EQ(here.members.reports().back().lost, 1U);
    EXPECT_EQ(here.members.reports().back().restarts, 1U);
  }
}

/// Acknowledges numbers at the second time; what comes to the other port asks it to go on.
class acknowledging final : public actor {
 public:
  explicit acknowledging(std::vector<std::string>* notes) : notes_{notes} {}
  in<int> numbers{*this, "numbers"};
  in<boxed> boxes{*this, "boxes"};

  task<> run() override {
    bool more = true;
    bool more_boxes = true;
    const auto note = [&](acked<int> number) {
      more = static_cast<bool>(number);
      if (!number) return;
      notes_->push_back(std::to_string(*number) + ":" + std::to_string(number.deliveries()));
      if (number.deliveries() == 1) throw std::runtime_error{"not stored"};
      number.ack();
    };
    while (more)
      co_await select(
          on_receive_acked(numbers, note),
          when(more_boxes, on_receive(boxes, [&](std::optional<boxed> box) { more_boxes = box.has_value(); })));
  }

 private:
  std::vector<std::string>* notes_;
};

TEST(port_select, what_was_not_acknowledged_is_given_again) {  // A6
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    std::vector<std::string> notes;
    team members{{.max = 3}};
    auto left = members.spawn<number_source>(3);
    auto right = members.spawn<box_source>(3);
    auto both = members.spawn<acknowledging>(&notes);
    connect(left.port(&number_source::numbers), both.port(&acknowledging::numbers), static_cast<std::size_t>(seed % 3));
    connect(right.port(&box_source::boxes), both.port(&acknowledging::boxes), static_cast<std::size_t>(seed % 2));
    test::run_simulated(seed, members.run());
    EXPECT_EQ(notes, (std::vector<std::string>{"0:1", "0:2", "1:1", "1:2", "2:1", "2:2"}));
    EXPECT_EQ(members.reports().back().lost, 0U);
  }
}

/// Holds the first number, and asks for it by a plain select.
class held_first final : public actor {
 public:
  explicit held_first(std::vector<int>* taken) : taken_{taken} {}
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    static_cast<void>(co_await numbers.receive_acked());
    for (bool more = true; more;)
      co_await select(on_receive(numbers, [&](std::optional<int> number) {
        more = number.has_value();
        if (number) taken_->push_back(*number);
      }));
  }

 private:
  std::vector<int>* taken_;
};

TEST(port_select, what_the_port_holds_comes_first) {  // A6
  std::vector<int> taken;
  team members;
  auto source = members.spawn<number_source>(3);
  auto sink = members.spawn<held_first>(&taken);
  connect(source.port(&number_source::numbers), sink.port(&held_first::numbers));
  test::run_simulated(1, members.run());
  EXPECT_EQ(taken, up_to(3));
}

/// Sends each number through whichever output takes it.
class splitting final : public actor {
 public:
  explicit splitting(int count) : count_{count} {}
  out<int> left{*this, "left"};
  out<int> right{*this, "right"};
  task<> run() override {
    for (int i = 0; i != count_; ++i) co_await select(on_send(left, i), on_send(right, i));
  }

 private:
  int count_;
};

TEST(port_select, sends_through_whichever_port_takes_it) {  // A1, S1
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    std::vector<int> left;
    std::vector<int> right;
    team members;
    auto source = members.spawn<splitting>(20);
    auto one = members.spawn<number_sink>(&left);
    auto other = members.spawn<number_sink>(&right);
    connect(source.port(&splitting::left), one.port(&number_sink::numbers), static_cast<std::size_t>(seed % 3));
    connect(source.port(&splitting::right), other.port(&number_sink::numbers), static_cast<std::size_t>(seed % 2));
    test::run_simulated(seed, members.run());
    EXPECT_EQ(left.size() + right.size(), 20U);
    auto& sent = *members.cells().front();
    EXPECT_EQ(sent.find("left")->items(), left.size());
    EXPECT_EQ(sent.find("right")->items(), right.size());
    left.insert(left.end(), right.begin(), right.end());
    std::sort(left.begin(), left.end());
    EXPECT_EQ(left, up_to(20));
  }
}

TEST(port_select, what_goes_nowhere_is_counted_and_dropped) {  // A1
  team members;
  members.spawn<splitting>(20);
  test::run_simulated(1, members.run());
  auto& sent = *members.cells().front();
  EXPECT_EQ(sent.find("left")->items() + sent.find("right")->items(), 20U);
}

/// One output, in a select.
class one_by_one final : public actor {
 public:
  explicit one_by_one(int count) : count_{count} {}
  out<int> numbers{*this, "numbers"};
  task<> run() override {
    for (int i = 0; i != count_; ++i)
      co_await select(on_send(numbers, i), after(1h, [] { throw std::runtime_error{"late"}; }));
  }

 private:
  int count_;
};

TEST(port_select, an_output_that_deals_sends_to_one) {  // A1
  std::vector<int> even;
  std::vector<int> odd;
  team members;
  auto source = members.spawn<one_by_one>(6);
  deal_by_key(source.port(&one_by_one::numbers), [](int number) { return number; });
  for (auto* const each : {&even, &odd})
    connect(source.port(&one_by_one::numbers), members.spawn<number_sink>(each).port(&number_sink::numbers), 1);
  test::run_simulated(1, members.run());
  EXPECT_EQ(even, (std::vector<int>{0, 2, 4}));
  EXPECT_EQ(odd, (std::vector<int>{1, 3, 5}));
}

TEST(port_select, an_output_that_copies_is_refused_with_its_name_and_the_way_out) {  // A1
  std::vector<int> left;
  std::vector<int> right;
  team members;
  auto source = members.spawn<one_by_one>({.name = "source"}, 6);
  for (auto* const each : {&left, &right})
    connect(source.port(&one_by_one::numbers), members.spawn<number_sink>(each).port(&number_sink::numbers), 1);
  try {
    test::run_simulated(1, members.run());
    FAIL() << "nothing was thrown";
  } catch (const actors::actor_failed& fault) {
    EXPECT_STREQ(fault.what(),
                 "actor 'source' failed: on_send: the output 'numbers' sends a copy to each of several inputs, and a "
                 "select does one thing: use send, or let the output give each value to one of them (deal)");
  }
  EXPECT_TRUE(left.empty());
  EXPECT_TRUE(right.empty());
}

TEST(port_select, the_end_of_the_receiver_is_the_end_of_the_sender) {  // A1, C8
  std::vector<int> taken;
  team members;
  auto source = members.spawn<one_by_one>(100);
  auto sink = members.spawn<number_sink>(&taken, 3U);
  connect(source.port(&one_by_one::numbers), sink.port(&number_sink::numbers), 1);
  test::run_simulated(1, members.run());
  EXPECT_EQ(taken, up_to(3));
  EXPECT_LT(members.cells().front()->find("numbers")->items(), 100U);
}

/// Keeps both ports in a set.
class serving final : public actor {
 public:
  serving(std::vector<int>* numbers_seen, std::vector<int>* boxes_seen)
      : numbers_seen_{numbers_seen}, boxes_seen_{boxes_seen} {}
  in<int> numbers{*this, "numbers"};
  in<boxed> boxes{*this, "boxes"};
  task<> run() override {
    actors::select_set both;
    both.add(on_receive(numbers, [&](std::optional<int> number) {
      if (!number) both.remove(both.current());
      if (number) numbers_seen_->push_back(*number);
    }));
    both.add(on_receive_acked(boxes, [&](acked<boxed> box) {
      if (!box) both.remove(both.current());
      if (box) boxes_seen_->push_back(*box.take());
    }));
    while (both.size() != 0) co_await both.next();
  }

 private:
  std::vector<int>* numbers_seen_;
  std::vector<int>* boxes_seen_;
};

TEST(port_select, ports_are_cases_of_a_set_too) {  // A1, S1
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    std::vector<int> numbers;
    std::vector<int> boxes;
    team members;
    auto left = members.spawn<number_source>(20);
    auto right = members.spawn<box_source>(20);
    auto both = members.spawn<serving>(&numbers, &boxes);
    connect(left.port(&number_source::numbers), both.port(&serving::numbers), static_cast<std::size_t>(seed % 3));
    connect(right.port(&box_source::boxes), both.port(&serving::boxes), static_cast<std::size_t>(seed % 2));
    test::run_simulated(seed, members.run());
    EXPECT_EQ(numbers, up_to(20));
    EXPECT_EQ(boxes, up_to(20));
  }
}

/// Waits for numbers, and for time; ends when it is stopped.
class patient final : public actor {
 public:
  explicit patient(int* ticks) : ticks_{ticks} {}
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    for (bool more = true; more;)
      co_await select(on_receive(numbers, [&](std::optional<int> number) { more = number.has_value(); }),
                      after(1s, [&] { ++*ticks_; }));
  }

 private:
  int* ticks_;
};

TEST(port_select, waits_beside_timers_and_is_stopped) {  // A5, S1
  int ticks = 0;
  team members;
  auto waits = members.spawn<patient>(&ticks);
  auto to = waits.sender(&patient::numbers, 1);
  test::run_simulated(1, [](team& all) -> task<> {
    auto running = actors::spawn(all.run());
    co_await actors::sleep(10500ms);
    all.stop();
    try {
      co_await running;
      ADD_FAILURE() << "it was not stopped";
    } catch (const actors::cancelled&) {
    }
  }(members));
  EXPECT_EQ(ticks, 10);
}

/// Serves numbers from a set; fails in the handler of the seventh, the first time.
class fails_in_a_set final : public actor {
 public:
  explicit fails_in_a_set(std::vector<int>* taken) : taken_{taken} {}
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    actors::select_set set;
    set.add(on_receive(numbers, [&](std::optional<int> number) {
      if (!number) return static_cast<void>(set.remove(set.current()));
      if (*number == 7) throw std::runtime_error{"dropped"};
      taken_->push_back(*number);
    }));
    while (set.size() != 0) co_await set.next();
  }

 private:
  std::vector<int>* taken_;
};

TEST(port_select, an_item_in_hand_of_a_handler_of_a_set_is_lost_and_counted) {  // A6
  std::vector<int> taken;
  team members{{.max = 3}};
  auto source = members.spawn<number_source>(20);
  auto sink = members.spawn<fails_in_a_set>(&taken);
  connect(source.port(&number_source::numbers), sink.port(&fails_in_a_set::numbers), 2);
  test::run_simulated(1, members.run());
  EXPECT_EQ(taken.size(), 19U);
  EXPECT_EQ(members.reports().back().lost, 1U);
}

/// Deals by key from a set: what is sent is another one each time.
class deals_in_a_set final : public actor {
 public:
  out<int> numbers{*this, "numbers"};
  task<> run() override {
    actors::select_set set;
    int next = 0;
    set.add(on_send(numbers, next, [&] {
      if (++next == 6) set.remove(set.current());
    }));
    while (set.size() != 0) co_await set.next();
  }
};

TEST(port_select, a_set_deals_each_value_by_its_own_key) {  // A1
  std::vector<int> even;
  std::vector<int> odd;
  team members;
  auto source = members.spawn<deals_in_a_set>();
  deal_by_key(source.port(&deals_in_a_set::numbers), [](int number) { return number; });
  for (auto* const each : {&even, &odd})
    connect(source.port(&deals_in_a_set::numbers), members.spawn<number_sink>(each).port(&number_sink::numbers), 1);
  test::run_simulated(1, members.run());
  EXPECT_EQ(even, (std::vector<int>{0, 2, 4}));
  EXPECT_EQ(odd, (std::vector<int>{1, 3, 5}));
}

}  // namespace
