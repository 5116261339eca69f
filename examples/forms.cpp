// Small forms that asyncio's users look for: spawn and await, groups, locks, events, a result given by hand, a limit on
// how many run at once.
#include <actors/actors.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

// [spawn]
task<int> twice(int n) {
  co_await sleep(1ms);
  co_return 2 * n;
}

task<> both() {
  auto first = spawn(twice(1));    // runs from here on, beside this task
  int second = co_await twice(2);  // runs as a part of this one
  std::printf("%d %d\n", co_await first, second);
}
// [/spawn]

// [group]
task<> fail_soon() {
  co_await sleep(1ms);
  throw std::runtime_error{"one of them failed"};
}

task<> together() {
  try {
    co_await with_group([](task_group& group) -> task<> {
      group.spawn(fail_soon());
      group.spawn(wait_for(twice(3), 1h));
      co_await sleep(1h);  // cancelled, as the other child is
    });
  } catch (const std::runtime_error& error) {
    std::printf("%s; nobody is left\n", error.what());
  }
}
// [/group]

// [lock]
struct account {
  mutex lock;
  int balance = 100;
};

task<> take(account& from, int amount) {
  auto guard = co_await from.lock.lock();
  const int before = from.balance;
  co_await yield();  // nobody else is in here meanwhile
  from.balance = before - amount;
}  // the guard unlocks

task<> withdraw() {
  account own;
  co_await gather(take(own, 10), take(own, 20), take(own, 30));
  std::printf("%d left\n", own.balance);
}
// [/lock]

// [semaphore]
task<> download(semaphore& slots, int& running, int& most) {
  const semaphore::permit slot = co_await slots.acquire();
  most = std::max(most, ++running);
  co_await sleep(1ms);
  --running;
}  // the permit goes back

task<> at_most_three() {
  semaphore slots{3};
  int running = 0, most = 0;
  std::vector<task<>> downloads;
  for (int i = 0; i != 10; ++i) downloads.push_back(download(slots, running, most));
  strand in_turn;  // so that the two counters need no lock
  std::vector<join_handle<>> all;
  for (auto& each : downloads) all.push_back(in_turn.spawn(std::move(each)));
  co_await gather(std::move(all));
  std::printf("at most %d at once\n", most);
}
// [/semaphore]

// [event]
task<> announce(event& open) {
  co_await sleep(1ms);
  open.set();
}

task<> visit() {
  event open;
  auto announcing = spawn(announce(open));
  co_await open.wait();
  std::puts("open");
  co_await announcing;
}
// [/event]

// [future]
void ask_library(std::string question, promise<std::string> answer) {
  std::thread{[question = std::move(question), answer = std::move(answer)]() mutable {
    answer.set_value("the answer to " + question);  // from a thread of somebody else
  }}.detach();
}

task<> ask() {
  promise<std::string> given;
  future<std::string> answer = given.get_future();
  ask_library("everything", std::move(given));
  std::printf("%s\n", (co_await answer).c_str());
}
// [/future]

task<> amain() {
  co_await both();
  co_await together();
  co_await withdraw();
  co_await at_most_three();
  co_await visit();
  co_await ask();
}

int main() { run(amain()); }
