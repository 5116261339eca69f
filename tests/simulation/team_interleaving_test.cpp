// Teams under many schedules: actors that fail, are restarted, linked, started and stopped at every moment, and what
// becomes of their items.
#include <actors/actors.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor;
using actors::actor_failed;
using actors::actor_report;
using actors::actor_state;
using actors::cancelled;
using actors::in;
using actors::lifetime;
using actors::out;
using actors::restart;
using actors::task;
using actors::team;
using test::holds_in_all;

using item = std::unique_ptr<int>;
using counter = actors::detail::atomic<int>;

/// What the actors of one schedule did. Used by several tasks.
struct books {
  counter alive{0};
  counter sent{0};
  counter taken{0};
  counter twice{0};
  counter runs{0};
};

struct living {
  explicit living(books& in) : all{in} { all.alive.fetch_add(1); }
  ~living() { all.alive.fetch_sub(1); }
  living(const living&) = delete;
  books& all;
};

/// Where an actor fails, in its first run.
enum class point { constructor, first_step, before_send, sending, never };

constexpr int items = 6;

task<> source(out<item>& to, books& all) {
  const living here{all};
  for (int i = 0; i != items; ++i) {
    co_await to.send(std::make_unique<int>(i));
    all.sent.fetch_add(1);
  }
}

class middle final : public actor {
 public:
  middle(books* all, point where, bool acked)
      : here_{*all}, where_{where}, acked_{acked}, run_{all->runs.fetch_add(1)} {
    if (fails(point::constructor, 2)) throw std::runtime_error{"constructor"};
  }
  in<item> from{*this, "from"};
  out<item> to{*this, "to"};

  task<> run() override {
    // So that the constructor that fails is that of a restart: one that fails at the first time is no member.
    if (fails(point::first_step) || fails(point::constructor)) throw std::runtime_error{"first step"};
    for (int i = 0;; ++i) {
      if (acked_) {
        auto one = co_await from.receive_acked();
        if (!one) co_return;
        if (one.deliveries() > 1) here_.all.twice.fetch_add(1);
        if (i == 1 && fails(point::before_send)) throw std::runtime_error{"before send"};
        auto copy = std::make_unique<int>(**one);
        co_await to.send(std::move(copy));
        if (i == 1 && fails(point::sending)) throw std::runtime_error{"sending"};
        one.ack();
      } else {
        auto one = co_await from.receive();
        if (!one) co_return;
        if (i == 1 && fails(point::before_send)) throw std::runtime_error{"before send"};
        item mine = std::move(*one);
        co_await to.send(std::move(mine));
        if (i == 1 && fails(point::sending)) throw std::runtime_error{"sending"};
      }
    }
  }

 private:
  bool fails(point here, int at = 1) const noexcept {
    return where_ == here && run_ + 1 <= at && (at == 1 || run_ + 1 == at);
  }

  living here_;
  point where_;
  bool acked_;
  int run_;
};

task<> sink(in<item>& from, books& all) {
  const living here{all};
  while (auto each = co_await from.receive()) all.taken.fetch_add(1);
}

task<> crash_at(point where, bool acked, restart strategy) {
  books all;
  {
    team members{{.strategy = strategy, .max = 5}};
    auto first = members.spawn([&all](out<item>& to) -> task<> { return source(to, all); });
    auto between = members.spawn<middle>({.name = "middle"}, &all, where, acked);
    auto last = members.spawn([&all](in<item>& from) -> task<> { return sink(from, all); });
    connect(first.port<0>(), between.port(&middle::from), 2);
    connect(between.port(&middle::to), last.port<0>(), 2);
    co_await members.run();
    std::uint64_t lost = 0;
    for (const actor_report& each : members.reports()) {
      EXPECT_EQ(each.state, actor_state::ended);
      lost += each.lost;
    }
    const int sent = all.sent.load();
    const int taken = all.taken.load();
    if (acked) {
      EXPECT_EQ(lost, 0U);
      EXPECT_GE(taken, sent);
      EXPECT_LE(taken, sent + 1);
    } else {
      EXPECT_GE(taken, sent - static_cast<int>(lost));
      EXPECT_LE(lost, 1U);
    }
  }
  EXPECT_EQ(all.alive.load(), 0);
}

TEST(team_interleaving, a_crash_at_every_point_loses_no_item_unseen) {  // A3 A6
  for (const point where : {point::constructor, point::first_step, point::before_send, point::sending, point::never})
    for (const bool acked : {false, true})
      holds_in_all([&] { return crash_at(where, acked, restart::one_for_one); }, {}, 1'000);
}

// All that is restarted sends again from the beginning: nothing is asserted but that it ends, and what is lost.
task<> all_are_restarted(restart strategy) {
  books all;
  team members{{.strategy = strategy, .max = 5}};
  counter starts{0};
  members.spawn([&]() -> task<> {
    const living here{all};
    starts.fetch_add(1);
    co_await actors::sleep(10ms);
  });
  members.spawn([&]() -> task<> {
    const living here{all};
    co_await actors::sleep(1ms);
    if (all.runs.fetch_add(1) < 2) throw std::runtime_error{"again"};
  });
  members.spawn([&]() -> task<> {
    const living here{all};
    starts.fetch_add(1);
    co_await actors::sleep(10ms);
  });
  co_await members.run();
  EXPECT_EQ(all.runs.load(), 3);
  EXPECT_EQ(starts.load(), strategy == restart::one_for_all ? 6 : strategy == restart::rest_for_one ? 4 : 2);
  EXPECT_EQ(all.alive.load(), 0);
}

TEST(team_interleaving, restarts_with_others) {  // A3
  for (const restart how : {restart::one_for_one, restart::one_for_all, restart::rest_for_one})
    holds_in_all([&] { return all_are_restarted(how); }, {}, 1'000);
}

task<> stop_at_any_time(std::chrono::nanoseconds when) {
  books all;
  {
    team members{{.strategy = restart::one_for_all, .max = 1000, .pause = {.first = 1ms, .jitter = 0}}};
    team& inner = members.supervise({.max = 2, .within = 1h}, {.name = "inner"});
    members.spawn([&]() -> task<> {
      const living here{all};
      co_await actors::sleep(2ms);
      throw std::runtime_error{"again"};
    });
    inner.spawn([&]() -> task<> {
      const living here{all};
      inner.start(inner.spawn({.life = lifetime::temporary}, [&]() -> task<> {
        const living there{all};
        co_await actors::sleep(1h);
      }));
      co_await actors::sleep(1ms);
      throw std::runtime_error{"inside"};
    });
    auto running = actors::spawn(members.run());
    co_await actors::sleep(when);
    members.stop();
    bool ended = false;
    try {
      co_await running;
    } catch (const cancelled&) {
      ended = true;
    } catch (const actor_failed&) {
      ended = true;
    }
    EXPECT_TRUE(ended);
    for (const actor_report& each : members.reports())
      EXPECT_TRUE(each.state == actor_state::ended || each.state == actor_state::failed) << each.name;
  }
  EXPECT_EQ(all.alive.load(), 0);
}

TEST(team_interleaving, a_stop_during_restarts_ends_all) {  // A5
  for (const auto when : {0us, 1000us, 2000us, 3000us, 4500us})
    holds_in_all([&] { return stop_at_any_time(when); }, {}, 1'000);
}

task<> children_come_and_go(bool stopped) {
  books all;
  {
    team members;
    counter begun{0};
    counter ended{0};
    for (int i = 0; i != 2; ++i)
      members.spawn([&]() -> task<> {
        for (int j = 0; j != 3; ++j) {
          auto one = members.spawn([&]() -> task<> {
            const living here{all};
            begun.fetch_add(1);
            co_await actors::yield();
          });
          members.start(one);
          if (j == 1) {
            co_await one.ended();
            ended.fetch_add(1);
          }
        }
      });
    auto running = actors::spawn(members.run());
    if (stopped) {
      co_await actors::yield();
      members.stop();
    }
    try {
      co_await running;
    } catch (const cancelled&) {
      EXPECT_TRUE(stopped);
    }
    if (!stopped) {
      EXPECT_EQ(begun.load(), 6);
    }
    EXPECT_EQ(members.reports().size(), 2U);
  }
  EXPECT_EQ(all.alive.load(), 0);
}

TEST(team_interleaving, children_that_come_while_others_end) {  // A3 A5
  for (const bool stopped : {false, true}) holds_in_all([&] { return children_come_and_go(stopped); }, {}, 2'000);
}

task<> linked_pair(bool both_fail) {
  books all;
  team members{{.max = 5}};
  counter a_runs{0};
  counter b_runs{0};
  auto a = members.spawn({.name = "a"}, [&]() -> task<> {
    const living here{all};
    if (a_runs.fetch_add(1) == 0) {
      co_await actors::sleep(1ms);
      throw std::runtime_error{"a"};
    }
    co_await actors::sleep(2ms);
  });
  auto b = members.spawn({.name = "b"}, [&]() -> task<> {
    const living here{all};
    const bool first = b_runs.fetch_add(1) == 0;
    co_await actors::sleep(first && both_fail ? 1ms : 3ms);
    if (first && both_fail) throw std::runtime_error{"b"};
  });
  link(a, b);
  co_await members.run();
  // Where both fail at the same time each may also have been ended by the other once more.
  EXPECT_GE(a_runs.load(), 2);
  EXPECT_LE(a_runs.load(), both_fail ? 3 : 2);
  EXPECT_GE(b_runs.load(), 2);
  EXPECT_LE(b_runs.load(), both_fail ? 3 : 2);
  EXPECT_EQ(all.alive.load(), 0);
}

TEST(team_interleaving, links) {  // A2
  for (const bool both_fail : {false, true}) holds_in_all([&] { return linked_pair(both_fail); }, {}, 2'000);
}

task<> exit_beside_end() {
  books all;
  team members{{.max = 5}};
  auto one = members.spawn({.life = lifetime::temporary}, [&]() -> task<> {
    const living here{all};
    co_await actors::yield();
    co_await actors::sleep(1ms);
  });
  members.spawn([&]() -> task<> {
    const living here{all};
    co_await actors::sleep(1ms);
    const bool asked = one.exit(std::make_exception_ptr(std::runtime_error{"enough"}));
    const actor_report how = co_await one.ended();
    if (!asked) {
      EXPECT_EQ(how.state, actor_state::ended);
    }
    if (how.state == actor_state::failed) {
      EXPECT_EQ(how.last_error, "enough");
    }
  });
  co_await members.run();
  EXPECT_EQ(all.alive.load(), 0);
}

TEST(team_interleaving, an_exit_beside_the_end) {  // A2
  holds_in_all([] { return exit_beside_end(); }, {}, 2'000);
}

task<> requests_beside_a_restart() {
  books all;
  team members{{.max = 5}};
  using square = actors::request<int, int>;
  auto server = members.spawn([&](in<square>& asked) -> task<> {
    const living here{all};
    while (auto each = co_await asked.receive()) {
      if (**each == 1 && all.runs.fetch_add(1) == 0) throw std::runtime_error{"first"};
      each->reply(**each * **each);
    }
  });
  auto [to, from] = actors::channel<square>(2);
  connect(std::move(from), server.port<0>());
  members.spawn([&, mine = std::move(to)]() -> task<> {
    int unanswered = 0;
    for (int i = 0; i != 3; ++i) {
      try {
        const int answer = co_await ask(mine, i, 1h);
        EXPECT_EQ(answer, i * i);
      } catch (const actors::unanswered&) {
        ++unanswered;
      }
    }
    EXPECT_EQ(unanswered, 1);
  });
  co_await members.run();
}

TEST(team_interleaving, requests_are_answered_or_told_of) {  // A7
  holds_in_all([] { return requests_beside_a_restart(); }, {}, 1'000);
}

/// Passes numbers on, on a thread that may block.
class blocking_middle final : public actors::blocking_actor {
 public:
  in<int> from{*this, "from"};
  out<int> to{*this, "to"};
  void work() override {
    while (auto one = receive(from)) send(to, *one);
  }
};

task<> bodies_that_block(bool stopped) {
  team members;
  int taken = 0;
  auto first = members.spawn([](out<int>& to) -> task<> {
    for (int i = 0; i != 3; ++i) co_await to.send(i);
  });
  auto between = members.spawn<blocking_middle>();
  auto last = members.spawn([&taken](in<int>& from) -> task<> {
    while (auto each = co_await from.receive()) ++taken;
  });
  connect(first.port<0>(), between.port(&blocking_middle::from), 1);
  connect(between.port(&blocking_middle::to), last.port<0>(), 1);
  auto running = actors::spawn(members.run());
  counter calls{0};
  const auto call = [&calls]() -> task<> {
    for (int i = 0; i != 2; ++i) {
      co_await actors::blocking([&calls] {
        EXPECT_EQ(calls.fetch_add(1), 0);  // one thread for calls, whatever the bodies do
        calls.fetch_sub(1);
      });
    }
  };
  co_await actors::gather(call(), call());
  if (stopped) members.stop();
  try {
    co_await running;
  } catch (const cancelled&) {
    EXPECT_TRUE(stopped);
  }
  if (!stopped) {
    EXPECT_EQ(taken, 3);
  }
}

TEST(team_interleaving, bodies_that_block) {  // A8
  for (const bool stopped : {false, true})
    holds_in_all([&] { return bodies_that_block(stopped); }, {.blocking_threads = 1}, 1'000);
}

}  // namespace
