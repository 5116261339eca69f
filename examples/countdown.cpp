// An asynchronous generator, left early: what it opened is closed all the same, and closing awaits. As `async for` and
// `async with` in Python.
#include <actors/actors.hpp>
#include <actors/exit_stack.hpp>
#include <actors/generator.hpp>

#include <chrono>
#include <cstdio>

using namespace actors;
using namespace std::chrono_literals;

struct launch_pad {
  task<> leave() {
    co_await sleep(10ms);
    std::printf("the pad is free\n");
  }
};

task<launch_pad> take_pad() {
  co_await sleep(10ms);
  std::printf("the pad is taken\n");
  co_return launch_pad{};
}

// [generator]
// Its exit stack is called at its end, whoever ends it.
generator<int> countdown(int from) {
  exit_stack& at_exit = co_await generator_exit_stack();
  at_exit.defer([] { std::printf("the clock stops\n"); });
  for (int i = from; i >= 0; --i) {
    co_await sleep(10ms);
    co_yield i;
  }
}

task<> launch(launch_pad&) {
  auto numbers = countdown(10);
  while (const int* n = co_await numbers.next()) {
    std::printf("%d\n", *n);
    if (*n == 8) break;
  }
  co_await numbers.close();
  std::printf("hold\n");
}

int main() { run(with_resource(take_pad(), launch, &launch_pad::leave)); }
// [/generator]
