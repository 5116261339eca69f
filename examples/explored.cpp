// A test that explores schedules: two transfers between accounts, correct alone, wrong when a wait cuts one in two.
// Links actors::simulation. With an argument it repeats the schedule that a failure named.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include <cstdio>
#include <stdexcept>

using namespace actors;

struct account {
  int balance = 100;
};

task<> withdraw(account& from, int amount, sender<int> log) {
  const int before = from.balance;
  co_await log.send(amount);  // others run here
  from.balance = before - amount;
}

task<> main_task() {
  account shared;
  auto [log, entries] = channel<int>(1);
  auto first = spawn(withdraw(shared, 10, log));
  auto second = spawn(withdraw(shared, 20, log));
  co_await entries.receive();
  co_await entries.receive();
  co_await first;
  co_await second;
  if (shared.balance != 70) throw std::logic_error{"100 - 10 - 20 gave " + std::to_string(shared.balance)};
}

int main(int count, char** arguments) try {
  if (count > 1) {
    simulate({.replay = arguments[1]}, main_task);
    std::puts("it did not fail");
    return 0;
  }
  const exploration_report report = explore({.schedules = 10'000}, main_task);
  std::puts(report.text().c_str());
  return report ? 0 : 1;
} catch (const simulation_failure& failure) {
  std::puts(failure.what());
  return 1;
}
