// A runtime beside the main thread: work is given to it from outside, and the main thread waits when it wants to.
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>

using namespace actors;
using namespace std::chrono_literals;

// [other_thread]
task<int> add_slowly(int a, int b) {
  co_await sleep(20ms);
  co_return a + b;
}

int main() {
  runtime beside;                                         // its workers run from here on
  join_handle<int> sum = beside.spawn(add_slowly(2, 3));  // from any thread; does not block
  std::printf("submitted, done: %s\n", sum.done() ? "yes" : "no");
  std::printf("sum %d\n", sum.get());  // blocks this thread until the task has ended
  std::printf("done: %s\n", sum.done() ? "yes" : "no");
}
// [/other_thread]
