// gather with an error among its tasks: thrown at once, or kept at its place; a group that stops at the first; and a
// gather that is cancelled.
#include <actors/actors.hpp>
#include <actors/task_group.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

task<int> factorial(char name, int n) {
  if (n < 0) throw std::runtime_error{"no factorial of a negative number"};
  int product = 1;
  for (int i = 2; i <= n; ++i) {
    co_await sleep(50ms);
    product *= i;
  }
  std::printf("  task %c: factorial(%d) = %d\n", name, n, product);
  co_return product;
}

std::vector<join_handle<int>> start() {
  std::vector<join_handle<int>> all;
  for (const auto& [name, n] : {std::pair{'A', 2}, {'B', 3}, {'C', -1}, {'D', 4}})
    all.push_back(spawn(factorial(name, n)));
  return all;
}

task<> sum_of(std::vector<join_handle<int>> handles) {
  int sum = 0;
  for (const int each : co_await gather(std::move(handles))) sum += each;
  std::printf("sum %d\n", sum);
}

task<> amain() {
  auto handles = start();
  // [gather]
  try {
    co_await gather(handles);
  } catch (const std::runtime_error& error) {
    std::printf("gather: %s; %s\n", error.what(), handles[3].done() ? "all have ended" : "the others run on");
  }
  // [/gather]
  co_await handles[3];

  // [collect]
  for (const result<int>& each : co_await gather(collect_errors, start())) {
    if (each)
      std::printf("%d\n", *each);
    else
      std::puts("an error");
  }
  // [/collect]

  try {
    co_await with_group([](task_group& group) -> task<> {
      for (int n : {4, -1}) group.spawn(factorial('E', n));
      co_return;
    });
  } catch (const std::runtime_error& error) {
    std::printf("group: %s; the others were cancelled\n", error.what());
  }

  std::vector<join_handle<int>> long_ones;
  for (int i = 0; i != 3; ++i) long_ones.push_back(spawn(factorial('F', 1000)));
  auto sum = spawn(sum_of(long_ones));
  co_await sleep(50ms);
  sum.cancel();
  try {
    co_await sum;
  } catch (const cancelled&) {
    int stopped = 0;
    for (const auto& each : long_ones) stopped += each.was_cancelled() ? 1 : 0;
    std::printf("gather was cancelled, and with it %d tasks\n", stopped);
  }
}

int main() { run(amain()); }
