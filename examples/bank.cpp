// A bank: accounts are actors that are asked, fail, and are restarted; no penny is lost.
//   bank [TRANSFERS]
#include <actors/actors.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

// [ledger]
/// What an account asks the ledger: what its balance is, or, with a new one, to write that down.
struct entry {
  int account;
  std::optional<long> balance;
};

struct ledger final : actor {
  in<request<entry, long>> entries{*this, "entries"};

  task<> run() override {
    std::map<int, long> balances;
    while (auto asked = co_await entries.receive()) {
      long& balance = balances.try_emplace((*asked)->account, 1000).first->second;
      if ((*asked)->balance) balance = *(*asked)->balance;
      asked->reply(balance);
    }
    long sum = 0;
    for (const auto& [account, balance] : balances) sum += balance;
    std::printf("in the ledger: %ld\n", sum);
  }
};
// [/ledger]

// [account]
/// Takes an amount (less than nothing: gives it), and answers whether it could.
struct account final : actor {
  account(int own_number, sender<request<entry, long>> to) : number{own_number}, written{std::move(to)} {}

  const int number;
  const sender<request<entry, long>> written;
  in<request<long, bool>> orders{*this, "orders"};

  task<> run() override {
    long balance = co_await ask(written, {number, {}}, 10s);  // also after a restart
    while (auto order = co_await orders.receive()) {
      if (**order == 0) throw std::invalid_argument{"an order about nothing"};
      const bool possible = balance + **order >= 0;
      if (possible) balance = co_await ask(written, {number, balance + **order}, 10s);
      order->reply(possible);
    }
  }
};
// [/account]

// [teller]
using window = sender<request<long, bool>>;

/// Moves money to and fro. Each hundredth order is nonsense, at which an account fails.
task<> move_money(const std::vector<window>& accounts, int transfers, unsigned seed) {
  std::minstd_rand random{seed};
  for (int i = 1; i <= transfers; ++i) {
    const window& from = accounts[random() % accounts.size()];
    const window& to = accounts[random() % accounts.size()];
    const long amount = static_cast<long>(random() % 100) + 1;
    bool paid = false;
    try {
      paid = co_await ask(from, i % 100 == 0 ? 0 : -amount, 10s);
    } catch (const unanswered&) {
      continue;  // the account failed at it: nothing was taken
    }
    if (paid) co_await ask(to, amount, 10s);
  }
}

int main(int count, char** arguments) {
  const int transfers = count > 1 ? std::atoi(arguments[1]) : 1000;
  constexpr int tellers = 4;
  team bank{{.max = 1'000'000}};
  auto book = bank.spawn<ledger>({.name = "ledger"});
  auto written = book.sender(&ledger::entries);
  std::vector<window> windows;
  for (int i = 0; i < 10; ++i) {
    auto one = bank.spawn<account>({.name = "account " + std::to_string(i)}, i, written);
    windows.push_back(one.sender(&account::orders));
  }
  written = {};
  for (unsigned i = 0; i < tellers; ++i)
    bank.spawn([windows, transfers, i]() -> task<> { return move_money(windows, transfers, i + 1); });
  windows.clear();  // the accounts end when the last teller has gone
  run(bank.run());
  unsigned restarts = 0;
  for (const actor_report& each : bank.reports()) restarts += each.restarts;
  std::printf("%d transfers, %u accounts failed and were restarted\n", tellers * transfers, restarts);
}
// [/teller]
