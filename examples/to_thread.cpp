// Calls that block run on threads of their own, so that the tasks stay responsive: on the runtime's pool, on one that
// the program makes, and from a plain thread without any task.
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

// [blocking]
int blocking_io(int n) {
  std::this_thread::sleep_for(20ms * n);  // a legacy library would block here
  return n * 10;
}

task<> tick(int& ticks) {
  for (;; ++ticks) co_await sleep(1ms);
}

task<> amain() {
  int ticks = 0;
  auto ticker = spawn(tick(ticks));
  const int one = co_await blocking(blocking_io, 1);  // on the runtime's pool
  blocking_pool own{{.max_threads = 2, .name = "own"}};
  const int two = co_await blocking(own, blocking_io, 2);  // on this one
  std::printf("%d and %d; meanwhile the ticker ran: %s\n", one, two, ticks > 10 ? "yes" : "no");

  std::vector<join_handle<int>> calls;
  for (const int n : {3, 1, 2}) calls.push_back(submit(blocking_io, n));
  auto ended = as_completed(std::move(calls));
  while (const auto next = co_await ended.next()) std::printf("ended: %d\n", next->result());
  ticker.cancel();
}
// [/blocking]

// [pool]
void without_tasks() {
  blocking_pool pool{{.max_threads = 4}};
  auto call = pool.submit(blocking_io, 1);
  std::printf("done before: %s\n", call.done() ? "yes" : "no");
  std::printf("result %d\n", call.get());  // blocks this thread
  std::printf("done after: %s\n", call.done() ? "yes" : "no");
  for (const int result : pool.map(blocking_io, std::vector<int>{3, 1, 2})) std::printf("map: %d\n", result);
}
// [/pool]

int main() {
  run(amain());
  without_tasks();
}
