// Ports: what counts as lost where the actor fails, by what it did at its input before.
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor;
using actors::in;
using actors::task;
using actors::team;

using input = in<int>;

task<> nothing(input&) { co_return; }
task<> receives(input& from, int times) {
  for (int i = 0; i != times; ++i) static_cast<void>(co_await from.receive());
}
task<> three(input& from) { co_await receives(from, 3); }
task<> is_done_with_it(input& from) {
  co_await receives(from, 3);
  from.finish_item();
}
task<> takes_another_one_then(input& from) {
  co_await is_done_with_it(from);
  co_await receives(from, 2);
}
task<> keeps_the_third(input& from) {
  co_await receives(from, 2);
  const auto third = co_await from.receive_acked();
  EXPECT_EQ(*third, 2);
}
task<> goes_on_plainly(input& from) {
  co_await receives(from, 1);
  {
    auto second = co_await from.receive_acked();
    second.ack();
  }
  co_await receives(from, 1);
}
task<> is_given_what_it_kept(input& from) {
  co_await keeps_the_third(from);
  co_await receives(from, 1);
}
task<> selects(input& from) {
  co_await receives(from, 2);
  const std::optional<int> third = co_await actors::select(on_receive(from));
  EXPECT_EQ(third, 2);
}
task<> goes_on_after_a_select(input& from) {
  co_await selects(from);
  co_await receives(from, 3);
}
task<> waits_in_vain(input& from) {
  co_await receives(from, 10);
  try {
    co_await wait_for(receives(from, 1), 1s);
    ADD_FAILURE() << "there is an eleventh one";
  } catch (const actors::timed_out&) {
  }
}
task<> reads_to_the_end(input& from) {
  for (;;) {
    const std::optional<int> one = co_await from.receive();
    if (!one) break;
  }
}

struct way {
  const char* name;
  task<> (*body)(input& from);
  std::uint64_t lost;
  std::vector<int> left;
};
void PrintTo(const way& one, std::ostream* to) { *to << one.name; }

/// Goes one of these ways, then fails. The next one takes what is left.
class fails_once final : public actor {
 public:
  fails_once(const way* goes, bool* failed, std::vector<int>* left) : goes_{goes}, failed_{failed}, left_{left} {}
  input numbers{*this, "numbers"};
  task<> run() override {
    if (!*failed_) {
      co_await goes_->body(numbers);
      *failed_ = true;
      throw std::runtime_error{"once"};
    }
    while (const auto number = co_await numbers.receive()) left_->push_back(*number);
  }

 private:
  const way* goes_;
  bool* failed_;
  std::vector<int>* left_;
};

/// Ten numbers, and the end a while after them.
class slow_to_end final : public actor {
 public:
  actors::out<int> numbers{*this, "numbers"};
  task<> run() override {
    for (int i = 0; i != 10; ++i) co_await numbers.send(i);
    co_await actors::sleep(2s);
  }
};

class port_loss : public testing::TestWithParam<way> {};

TEST_P(port_loss, what_is_in_hand_and_no_more) {  // A6
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    bool failed = false;
    std::vector<int> left;
    team members{{.max = 1}};
    auto source = members.spawn<slow_to_end>();
    auto fails = members.spawn<fails_once>(&GetParam(), &failed, &left);
    connect(source.port(&slow_to_end::numbers), fails.port(&fails_once::numbers), static_cast<std::size_t>(seed % 4));
    test::run_simulated(seed, members.run());
    EXPECT_EQ(members.reports()[1].lost, GetParam().lost) << "seed " << seed;
    EXPECT_EQ(left, GetParam().left) << "seed " << seed;
  }
}

std::vector<int> from(int first) {
  std::vector<int> all;
  for (; first < 10; ++first) all.push_back(first);
  return all;
}

/// Is asked to end with the first number. That is found where a turn ends, as no receive waits.
class stopped_at_once final : public actor {
 public:
  stopped_at_once(const team* mine, int* taken) : team_{mine}, taken_{taken} {}
  input numbers{*this, "numbers"};
  task<> run() override {
    while (const auto number = co_await numbers.receive()) {
      if (++*taken_ == 1) team_->find("stopped")->exit(std::make_exception_ptr(std::runtime_error{"away"}));
    }
  }

 private:
  const team* team_;
  int* taken_;
};

TEST(port_loss_alone, nothing_at_the_end_of_a_turn_that_is_cancelled) {  // A6
  constexpr int count = 1'000;
  int taken = 0;
  team members{{.max = 1}};
  {
    auto stopped = members.spawn<stopped_at_once>({.name = "stopped"}, &members, &taken);
    const actors::sender<int> to = stopped.sender(&stopped_at_once::numbers, count);
    for (int i = 0; i != count; ++i) ASSERT_EQ(to.try_send(i), actors::channel_status::ok);
  }
  test::run_simulated(1, members.run());
  EXPECT_EQ(taken, count);
  EXPECT_EQ(members.reports().front().lost, 0U);
  EXPECT_EQ(members.reports().front().restarts, 1U);
}

INSTANTIATE_TEST_SUITE_P(ways, port_loss,
                         testing::Values(way{"nothing", nothing, 0, from(0)}, way{"three", three, 1, from(3)},
                                         way{"is_done_with_it", is_done_with_it, 0, from(3)},
                                         way{"takes_another_one_then", takes_another_one_then, 1, from(5)},
                                         way{"keeps_the_third", keeps_the_third, 0, from(2)},
                                         way{"goes_on_plainly", goes_on_plainly, 1, from(3)},
                                         way{"is_given_what_it_kept", is_given_what_it_kept, 1, from(3)},
                                         way{"selects", selects, 1, from(3)},
                                         way{"goes_on_after_a_select", goes_on_after_a_select, 1, from(6)},
                                         way{"waits_in_vain", waits_in_vain, 0, {}},
                                         way{"reads_to_the_end", reads_to_the_end, 0, {}}),
                         [](const testing::TestParamInfo<way>& each) { return each.param.name; });

}  // namespace
