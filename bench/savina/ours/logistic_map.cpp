// Logistic map: a master asks 10 workers n times for the next term of their series. A worker has a computer of its own,
// which it asks, and handles nothing else until it has the term. Three messages for each term.
#include "../problems.hpp"
#include "team.hpp"

#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::task;

enum class order : std::uint8_t { next, done };

struct computer final : actor {
  in<double> terms{*this, "terms"};
  out<double> results{*this, "results"};

  explicit computer(double of) : rate{of} {}
  task<> run() override {
    while (const auto term = co_await terms.receive()) co_await results.send(next_term(*term, rate));
  }

  double rate;
};

struct worker final : actor {
  in<order> orders{*this, "orders"};
  out<double> to_computer{*this, "to_computer"};
  in<double> from_computer{*this, "from_computer"};
  out<double> master{*this, "master"};

  explicit worker(double first_term) : first{first_term} {}
  task<> run() override {
    double term = first;
    while (const auto each = co_await orders.receive()) {
      if (*each == order::done) break;
      co_await to_computer.send(term);
      const auto result = co_await from_computer.receive();
      if (!result) co_return;
      term = *result;
    }
    co_await master.send(term);
  }

  double first;
};

struct master final : actor {
  out<order> orders{*this, "orders"};  // dealt to all in turns
  in<double> results{*this, "results"};

  master(std::int64_t times, double* result) : n{times}, sum{result} {}
  task<> run() override {
    for (std::int64_t i = 0; i != n * series; ++i) co_await orders.send(order::next);
    for (int i = 0; i != series; ++i) co_await orders.send(order::done);
    while (const auto term = co_await results.receive()) *sum += *term;
  }

  std::int64_t n;
  double* sum;
};

}  // namespace

outcome logistic_map(const settings& s) {
  double sum = 0;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto one = team.spawn<master>(s.n, &sum);
    deal(one.port(&master::orders));
    for (int i = 0; i != series; ++i) {
      auto each = team.spawn<worker>(i * rate_step);
      auto its = team.spawn<computer>(first_rate + i * rate_step);
      connect(one.port(&master::orders), each.port(&worker::orders));
      connect(each.port(&worker::to_computer), its.port(&computer::terms), 1);
      connect(its.port(&computer::results), each.port(&worker::from_computer), 1);
      connect(each.port(&worker::master), one.port(&master::results), series);
    }
  });
  expect_sum_of_series(sum, s.n);
  return {s.n, elapsed, series * s.n};
}

}  // namespace bench::savina::ours
