// Waiting for several tasks at once, in the ways of asyncio.wait and as_completed. Nobody is stopped by it.
#include <actors/actors.hpp>
#include <actors/as_completed.hpp>
#include <actors/wait.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

task<int> work(int n, std::chrono::milliseconds time) {
  co_await sleep(time);
  if (n < 0) throw std::runtime_error{"a negative number"};
  co_return n;
}

std::vector<join_handle<int>> start(int middle) {
  std::vector<join_handle<int>> all;
  all.push_back(spawn(work(1, 600ms)));
  all.push_back(spawn(work(middle, 400ms)));
  all.push_back(spawn(work(3, 200ms)));
  return all;
}

void show(const char* what, const waited<int>& found) {
  std::printf("%s: %zu done, %zu pending\n", what, found.done.size(), found.pending.size());
}

task<> amain() {
  std::vector<join_handle<int>> all = start(2);
  // [wait]
  waited<int> found = co_await wait(all, 300ms);
  show("after 300 ms", found);
  for (const auto& each : found.pending) std::printf("  %d is still running\n", co_await each);
  // [/wait]

  show("first completed", co_await wait(start(2), return_when::first_completed));
  found = co_await wait(start(-2), return_when::first_exception);
  show("first exception", found);
  for (const auto& each : found.done) {
    if (each.exception() == nullptr) continue;
    try {
      each.result();
    } catch (const std::runtime_error& error) {
      std::printf("  %s\n", error.what());
    }
  }
  show("all completed", co_await wait(start(2)));

  // [as_completed]
  auto ends = as_completed(start(2));
  while (auto next = co_await ends.next()) std::printf("next: %d\n", co_await *next);
  // [/as_completed]
}

int main() { run(amain()); }
