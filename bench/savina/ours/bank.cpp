// Bank: a teller orders n transfers between 1000 accounts. The account that pays asks the other one to take the money,
// and takes no other order until it has heard that this was done; then it tells the teller. Four messages each.
#include "../problems.hpp"
#include "team.hpp"

#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

struct done {};

// To an account: to pay, and to whom; or to take what that one pays.
struct order {
  bool pays;
  std::uint32_t other;
  double amount;
};

struct account_ends {
  sender<order> orders;
  sender<done> answers;
};

// Ends with its orders. It never waits for one with a lower number, so that no ring of them waits.
struct account final : actor {
  in<order> orders{*this, "orders"};
  in<done> answers{*this, "answers"};
  out<done> teller{*this, "teller"};

  account(std::uint32_t number, const std::vector<account_ends>* everybody, double* result)
      : id{number}, all{everybody}, sum{result} {}
  task<> run() override {
    double balance = 0;
    while (const auto each = co_await orders.receive()) {
      const account_ends& other = (*all)[each->other];
      if (each->pays) {
        balance -= each->amount;
        co_await other.orders.send(order{false, id, each->amount});
        const auto answer = co_await answers.receive();
        if (!answer) co_return;
        co_await teller.send(done{});
      } else {
        balance += each->amount;
        co_await other.answers.send(done{});
      }
    }
    *sum = balance;
  }

  std::uint32_t id;
  const std::vector<account_ends>* all;
  double* sum;
};

struct teller final : actor {
  in<done> ends{*this, "ends"};

  teller(const std::vector<account_ends>* everybody, std::int64_t times) : all{everybody}, n{times} {}
  task<> run() override {
    random_numbers random{123'456};
    for (std::int64_t i = 0; i != n; ++i) {
      const transfer each{random};
      co_await (*all)[each.from].orders.send(order{true, static_cast<std::uint32_t>(each.to), each.amount});
    }
    for (std::int64_t i = 0; i != n; ++i) {
      const auto one = co_await ends.receive();
      if (!one) co_return;
    }
    for (const account_ends& each : *all) each.orders.close();
  }

  const std::vector<account_ends>* all;
  std::int64_t n;
};

}  // namespace

outcome bank(const settings& s) {
  std::vector<double> balances(account_count);
  std::vector<account_ends> all(account_count);
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto one = team.spawn<teller>(&all, s.n);
    for (std::uint32_t id = 0; id != account_count; ++id) {
      auto each = team.spawn<account>(id, &all, &balances[id]);
      connect(each.port(&account::teller), one.port(&teller::ends), actors::unbounded);
      all[id].orders = each.sender(&account::orders, actors::unbounded);
      all[id].answers = each.sender(&account::answers, 1);
    }
  });
  expect_balances(balances, s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::ours
