// A callback that is called when a task has ended, also where it has ended before.
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>

using namespace actors;
using namespace std::chrono_literals;

// [callback]
task<int> compute(int n) {
  co_await sleep(10ms);
  co_return n* n;
}

void print_result(const join_handle<int>& ended) { std::printf("%s gave %d\n", ended.name().c_str(), ended.result()); }

task<> amain() {
  auto handle = spawn(compute(12), {.name = "compute"});
  handle.add_done_callback(print_result);
  std::puts("waiting");
  co_await handle;
  co_await sleep(10ms);
  handle.add_done_callback(print_result);  // never inside the call: it is scheduled
  std::puts("added once more");
}
// [/callback]

int main() { run(amain()); }
