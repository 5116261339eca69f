// Fork-join, creation: n actors are made; each gets a message, computes and ends. Throughput: one actor sends n
// messages to each of 60, in turns; each message is computed for. actor_create: n actors are made, which end at once.
// port_message, actor_channel: what a message between two actors costs.
#include "../problems.hpp"
#include "team.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::task;

struct order {};

struct forked final : actor {
  in<order> orders{*this, "orders"};
  task<> run() override {
    const auto one = co_await orders.receive();
    if (one) square_of_sine();
  }
};

struct forker final : actor {
  forker(actors::team* of, std::int64_t times) : team{of}, n{times} {}
  task<> run() override {
    for (std::int64_t i = 0; i != n; ++i) {
      const auto one = team->spawn<forked>();
      const auto to = one.sender(&forked::orders, 1);
      team->start(one);
      co_await to.send(order{});
    }
  }

  actors::team* team;
  std::int64_t n;
};

struct computer final : actor {
  in<order> orders{*this, "orders"};
  task<> run() override {
    while (const auto each = co_await orders.receive()) square_of_sine();
  }
};

struct distributor final : actor {
  out<order> to{*this, "to"};  // dealt to all in turns
  explicit distributor(std::int64_t times) : n{times} {}
  task<> run() override {
    for (std::int64_t i = 0; i != n * throughput_actors; ++i) co_await to.send(order{});
  }

  std::int64_t n;
};

struct nothing final : actor {
  task<> run() override { co_return; }
};

// A thousand at a time; when all of them have ended, the next ones.
struct creator final : actor {
  creator(actors::team* of, std::int64_t times) : team{of}, n{times} {}
  task<> run() override {
    std::vector<actors::actor_ref<nothing>> made;
    for (std::int64_t left = n; left != 0;) {
      const std::int64_t now = std::min<std::int64_t>(left, 1000);
      for (std::int64_t i = 0; i != now; ++i) team->start(made.emplace_back(team->spawn<nothing>()));
      for (const auto& each : made) co_await each.end().wait();
      made.clear();
      left -= now;
    }
  }

  actors::team* team;
  std::int64_t n;
};

}  // namespace

// Nothing else is checked: a team waits for every actor that was made.
outcome fork_join_create(const settings& s) {
  const auto elapsed = run_team(s, [&](actors::team& team) { team.spawn<forker>(&team, s.n); });
  return {s.n, elapsed, s.n};
}

outcome fork_join_throughput(const settings& s) {
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto from = team.spawn<distributor>(s.n);
    deal(from.port(&distributor::to));
    for (int i = 0; i != throughput_actors; ++i)
      connect(from.port(&distributor::to), team.spawn<computer>().port(&computer::orders));
  });
  return {s.n, elapsed, throughput_actors * s.n};
}

outcome actor_create(const settings& s) {
  const auto elapsed = run_team(s, [&](actors::team& team) { team.spawn<creator>(&team, s.n); });
  return {s.n, elapsed, s.n};
}

namespace {

struct source final : actor {
  out<std::int64_t> to{*this, "to"};
  explicit source(std::int64_t times) : n{times} {}
  task<> run() override {
    for (std::int64_t i = 0; i != n; ++i) co_await to.send(i);
  }

  std::int64_t n;
};

struct adder final : actor {
  in<std::int64_t> from{*this, "from"};
  explicit adder(std::int64_t* result) : sum{result} {}
  task<> run() override {
    std::int64_t so_far = 0;
    while (const auto value = co_await from.receive()) so_far += *value;
    *sum = so_far;
  }

  std::int64_t* sum;
};

// The same without ports. The team keeps the ends, too: the channel is not closed.
struct plain_source final : actor {
  plain_source(actors::sender<std::int64_t> through, std::int64_t times) : to{std::move(through)}, n{times} {}
  task<> run() override {
    for (std::int64_t i = 0; i != n; ++i) co_await to.send(i);
  }

  actors::sender<std::int64_t> to;
  std::int64_t n;
};

struct plain_adder final : actor {
  plain_adder(actors::receiver<std::int64_t> through, std::int64_t times, std::int64_t* result)
      : from{std::move(through)}, n{times}, sum{result} {}
  task<> run() override {
    std::int64_t so_far = 0;
    for (std::int64_t i = 0; i != n; ++i) {
      const auto value = co_await from.receive();
      so_far += *value;
    }
    *sum = so_far;
  }

  actors::receiver<std::int64_t> from;
  std::int64_t n;
  std::int64_t* sum;
};

}  // namespace

outcome port_message(const settings& s) {
  std::int64_t sum = 0;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto from = team.spawn<source>(s.n);
    connect(from.port(&source::to), team.spawn<adder>(&sum).port(&adder::from), s.capacity);
  });
  expect("sum", sum, sum_below(s.n));
  return {s.n, elapsed, s.n};
}

outcome actor_channel(const settings& s) {
  std::int64_t sum = 0;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto [to, from] = actors::channel<std::int64_t>(s.capacity);
    team.spawn<plain_source>(std::move(to), s.n);
    team.spawn<plain_adder>(std::move(from), s.n, &sum);
  });
  expect("sum", sum, sum_below(s.n));
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::ours
