// Limits of time: wait_for, shield, a scope whose limit is moved, and the first of several.
#include <actors/actors.hpp>
#include <actors/race.hpp>
#include <actors/shield.hpp>
#include <actors/timeout.hpp>

#include <chrono>
#include <cstdio>

using namespace actors;
using namespace std::chrono_literals;

task<int> slow(std::chrono::milliseconds time) {
  bool asked = false;
  try {
    co_await sleep(time);
  } catch (const cancelled&) {
    asked = true;
  }
  if (!asked) co_return 42;
  co_await sleep(10ms);
  std::puts("  cancelled, and cleaned up");
  throw cancelled{};
}

task<> amain() {
  // [wait_for]
  try {
    co_await wait_for(slow(1h), 50ms);
  } catch (const timed_out&) {
    std::puts("wait_for: it took too long, and has ended");
  }
  // [/wait_for]

  // [shield]
  auto inner = spawn(slow(400ms));
  try {
    co_await wait_for(shield(inner), 50ms);
  } catch (const timed_out&) {
    std::puts("shield: it took too long, and runs on");
  }
  std::printf("shield: %d\n", co_await inner);
  // [/shield]

  // [with_timeout]
  const auto steps = [](timeout_scope& limit) -> task<int> {
    int done = 0;
    for (; done != 5; ++done) {
      co_await sleep(20ms);
      limit.reschedule(2s);  // for the next one
    }
    co_return done;
  };
  std::printf("with_timeout: %d steps\n", co_await with_timeout(2s, steps));
  // [/with_timeout]

  std::printf("race: %d ms\n", co_await race(slow(1h), []() -> task<int> {
                co_await sleep(20ms);
                co_return 20;
              }()));
}

int main() { run(amain()); }
