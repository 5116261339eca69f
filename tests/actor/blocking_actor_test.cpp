// Actors whose bodies block: on threads of the blocking pool, beside the calls of others.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor_state;
using actors::blocking_actor;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using actors::when;
using test::number_sink;
using test::number_source;
using test::up_to;

/// Passes numbers on, on a thread that may block; fails once at `fails_at`.
class slow_adder final : public blocking_actor {
 public:
  explicit slow_adder(std::atomic<int>* runs, int fails_at = -1) : runs_{runs}, fails_at_{fails_at} {}
  in<int> numbers{*this, "numbers"};
  out<int> sums{*this, "sums"};

  void work() override {
    const bool first = runs_->fetch_add(1) == 0;
    while (auto number = receive(numbers)) {
      if (first && *number == fails_at_) throw std::runtime_error{"the disk is full"};
      send(sums, *number + 1);
    }
  }

 private:
  std::atomic<int>* runs_;
  int fails_at_;
};

TEST(blocking_actors, are_wired_as_all_others) {  // A8
  std::atomic<int> runs{0};
  std::vector<int> taken;
  team members;
  auto source = members.spawn<number_source>(1000);
  auto middle = members.spawn<slow_adder>(&runs);
  auto sink = members.spawn<number_sink>(&taken);
  connect(source.port(&number_source::numbers), middle.port(&slow_adder::numbers), 4);
  connect(middle.port(&slow_adder::sums), sink.port(&number_sink::numbers), 4);
  actors::run(members.run());
  ASSERT_EQ(taken.size(), 1000U);
  EXPECT_EQ(taken.front(), 1);
  EXPECT_EQ(taken.back(), 1000);
}

TEST(blocking_actors, are_restarted_on_the_same_channels) {  // A6
  std::atomic<int> runs{0};
  std::vector<int> taken;
  team members{{.max = 3}};
  auto source = members.spawn<number_source>(20);
  auto middle = members.spawn<slow_adder>(&runs, 7);
  auto sink = members.spawn<number_sink>(&taken);
  connect(source.port(&number_source::numbers), middle.port(&slow_adder::numbers), 4);
  connect(middle.port(&slow_adder::sums), sink.port(&number_sink::numbers), 4);
  actors::run(members.run());
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(taken.size(), 19U);
  EXPECT_EQ(members.reports()[1].lost, 1U);
}

/// Takes numbers from two ports, and notes what came until both were closed; `ticks` counts the times of waiting.
class slow_merge final : public blocking_actor {
 public:
  explicit slow_merge(std::vector<int>* taken, std::atomic<int>* ticks = nullptr) : taken_{taken}, ticks_{ticks} {}
  in<int> left{*this, "left"};
  in<int> right{*this, "right"};

  void work() override {
    bool more_left = true;
    bool more_right = true;
    const auto note = [this](bool& more) {
      return [this, &more](std::optional<int> number) {
        more = number.has_value();
        if (number) taken_->push_back(*number);
      };
    };
    while (more_left || more_right)
      select(when(more_left, on_receive(left, note(more_left))), when(more_right, on_receive(right, note(more_right))),
             actors::after(100us, [this] {
               if (ticks_ != nullptr) ++*ticks_;
             }));
  }

 private:
  std::vector<int>* taken_;
  std::atomic<int>* ticks_;
};

TEST(blocking_actors, wait_for_several_ports_and_for_time) {  // A1, A8
  std::vector<int> taken;
  team members;
  auto one = members.spawn<number_source>(20);
  auto other = members.spawn<number_source>(20);
  auto both = members.spawn<slow_merge>(&taken);
  connect(one.port(&number_source::numbers), both.port(&slow_merge::left), 2);
  connect(other.port(&number_source::numbers), both.port(&slow_merge::right));
  actors::run(members.run());
  std::vector<int> expected = up_to(20);
  for (const int each : up_to(20)) expected.push_back(each);
  std::sort(expected.begin(), expected.end());
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken, expected);
}

TEST(blocking_actors, stop_while_they_wait_for_several_ports) {  // A5
  std::vector<int> taken;
  std::atomic<int> ticks{0};
  team members;
  auto [to_left, left] = actors::channel<int>(1);
  auto [to_right, right] = actors::channel<int>(1);
  auto both = members.spawn<slow_merge>(&taken, &ticks);
  connect(std::move(left), both.port(&slow_merge::left));
  connect(std::move(right), both.port(&slow_merge::right));
  const std::jthread other{[&] {
    test::spin_until([&] { return ticks >= 5; });
    members.stop();
  }};
  EXPECT_THROW(actors::run(members.run()), actors::cancelled);
  EXPECT_TRUE(taken.empty());
}

TEST(blocking_actors, stop_while_they_wait_for_items_and_for_room) {  // A5
  std::atomic<int> runs{0};
  team members;
  auto [to, nothing] = actors::channel<int>(1);
  auto [full, room] = actors::channel<int>(1);
  auto receives = members.spawn<slow_adder>(&runs);
  connect(std::move(nothing), receives.port(&slow_adder::numbers));
  auto source = members.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
  auto sends = members.spawn<slow_adder>(&runs);
  connect(source.port(&number_source::numbers), sends.port(&slow_adder::numbers));
  connect(sends.port(&slow_adder::sums), std::move(full));
  bool was_cancelled = false;
  actors::run([](team& all, actors::receiver<int> taken, bool& cancelled) -> task<> {
    auto running = actors::spawn(all.run());
    co_await taken.receive();
    all.stop();
    try {
      co_await running;
    } catch (const actors::cancelled&) {
      cancelled = true;
    }
  }(members, std::move(room), was_cancelled));
  EXPECT_TRUE(was_cancelled);
  for (const auto& each : members.reports()) EXPECT_EQ(each.state, actor_state::ended) << each.name;
}

// With a pool of one thread, a body that runs for ever would hold up every call.
TEST(blocking_actors, take_no_thread_away_from_calls) {  // A8
  constexpr int bodies = 5;
  std::atomic<int> runs{0};
  actors::runtime runtime{{.blocking_threads = 1}};
  team members;
  std::vector<actors::sender<int>> inputs;
  for (int i = 0; i < bodies; ++i) {
    auto [to, from] = actors::channel<int>(1);
    inputs.push_back(std::move(to));
    connect(std::move(from), members.spawn<slow_adder>(&runs).port(&slow_adder::numbers));
  }
  std::atomic<int> at_once{0};
  std::atomic<int> most{0};
  runtime.run([](team& all, std::atomic<int>& begun, std::vector<actors::sender<int>>& ends, std::atomic<int>& now,
                 std::atomic<int>& peak) -> task<> {
    auto running = actors::spawn(all.run());
    while (begun != bodies) co_await actors::sleep(1ms);
    const auto call = [&now, &peak] {
      const int here = ++now;
      if (here > peak) peak = here;
      --now;
    };
    const auto calls = [call]() -> task<> {
      for (int i = 0; i < 200; ++i) co_await actors::blocking(call);
    };
    co_await actors::gather(calls(), calls(), calls());
    ends.clear();
    co_await running;
    co_await actors::gather(calls(), calls(), calls());
  }(members, runs, inputs, at_once, most));
  EXPECT_EQ(most, 1);  // the greatest number of the pool holds for calls all the time
}

TEST(blocking_actors, that_end_give_their_threads_back) {  // A8
  std::atomic<int> runs{0};
  actors::runtime runtime{{.blocking_threads = 2}};
  for (int round = 0; round < 3; ++round) {
    team members;
    std::vector<int> taken;
    for (int i = 0; i < 6; ++i) {
      auto source = members.spawn<number_source>(10);
      auto middle = members.spawn<slow_adder>(&runs);
      connect(source.port(&number_source::numbers), middle.port(&slow_adder::numbers));
    }
    runtime.run(members.run());
    EXPECT_EQ(runtime.pool().statistics().long_lived, 0U);
  }
  EXPECT_EQ(runs, 18);
  test::spin_until([&] { return runtime.pool().statistics().threads <= 2; });
}

}  // namespace
