// Bank: a teller orders n transfers between 1000 accounts. The account that pays asks the other one to take the money,
// and takes no other order until it has heard that this was done; then it tells the teller. Four messages each. (What
// comes meanwhile is kept in a queue, which costs less than to leave it in the mailbox by `request(...).await`.)
#include "../problems.hpp"
#include "system.hpp"

#include <deque>
#include <utility>
#include <vector>

namespace bench::savina::classic {

namespace {

class account final : public caf_actor {
 public:
  account(caf::actor_config& config, caf::actor teller, double* sum)
      : caf_actor{config}, teller_{std::move(teller)}, sum_{sum} {}
  caf::behavior make_behavior() override {
    return {[this](credit_word, double amount, const caf::actor& to) {
              take({amount, to, true});
            },
            [this](debit_word, double amount) {
              take({amount, asker(), false});
            },
            [this](done_word) {
              send(teller_, done_word::value);
              pays_ = false;
              while (!pays_ && !kept_.empty()) {
                handle(kept_.front());
                kept_.pop_front();
              }
            },
            [this](stop_word) {
              *sum_ = balance_;
              quit();
            }};
  }
  void on_exit() override { destroy(teller_); }

 private:
  struct order {
    double amount;
    caf::actor other;
    bool pays;
  };

  void take(order each) {
    if (pays_)
      kept_.push_back(std::move(each));
    else
      handle(each);
  }
  void handle(const order& each) {
    pays_ = each.pays;
    if (each.pays) {
      balance_ -= each.amount;
      send(each.other, debit_word::value, each.amount);
    } else {
      balance_ += each.amount;
      send(each.other, done_word::value);
    }
  }

  caf::actor teller_;
  double* sum_;
  double balance_ = 0;
  bool pays_ = false;
  std::deque<order> kept_;
};

class teller final : public caf_actor {
 public:
  teller(caf::actor_config& config, std::int64_t n, std::vector<double>* balances)
      : caf_actor{config}, n_{n}, balances_{balances} {}
  caf::behavior make_behavior() override {
    for (double& each : *balances_) accounts_.push_back(spawn<account, caf::lazy_init>(caf::actor{this}, &each));
    random_numbers random{123'456};
    for (std::int64_t i = 0; i != n_; ++i) {
      const transfer order{random};
      send(accounts_[order.from], credit_word::value, order.amount, accounts_[order.to]);
    }
    return {[this](done_word) {
      if (++done_ != n_) return;
      for (const caf::actor& each : accounts_) send(each, stop_word::value);
      quit();
    }};
  }

 private:
  std::int64_t n_;
  std::vector<double>* balances_;
  std::vector<caf::actor> accounts_;
  std::int64_t done_ = 0;
};

}  // namespace

outcome bank(const settings& s) {
  std::vector<double> balances(account_count);
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<teller>(s.n, &balances); });
  expect_balances(balances, s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::classic
