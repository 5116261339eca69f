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
  std::puts("waiting");
  handle.add_done_callback(print_result);
  co_await handle;
  co_await sleep(10ms);
  std::puts("adding it once more");
  handle.add_done_callback(print_result);  // it is called by a task of its own, maybe at once on another worker
}
// [/callback]

int main() { run(amain()); }
