// What a runtime costs that has nothing to do.
#include <actors/actors.hpp>

#include "idleness.hpp"
#include "workloads.hpp"

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

namespace {

using namespace std::chrono_literals;
using actors::task;

constexpr auto settling = 1s;

task<> pass_on(actors::receiver<int> in, actors::sender<int> out) {
  while (const auto got = co_await in.receive()) {
    co_await actors::sleep(10us);
    co_await out.send(*got);
  }
}

/// Some of everything that can leave something running: tasks, channels, timers, a task that goes on waiting.
task<> some_work() {
  constexpr int letters = 1000;
  auto [first, in] = actors::channel<int>(4);
  auto [out, last] = actors::channel<int>(4);
  std::vector<actors::join_handle<>> between;
  for (int i = 0; i != 8; ++i) between.push_back(actors::spawn(pass_on(in, out)));
  out = {};
  auto sending = actors::spawn([](actors::sender<int> to) -> task<> {
    for (int i = 0; i != letters; ++i) co_await to.send(i);
  }(std::move(first)));
  std::int64_t sum = 0;
  while (const auto got = co_await last.receive()) sum += *got;
  expect("sum of the letters", sum, sum_below(letters));
  co_await sending;
  for (const auto& each : between) co_await each;
}

task<> wait_for_ever(actors::receiver<int> in) { co_await in.receive(); }
task<> sleep_long() { co_await actors::sleep(std::chrono::hours{24 * 365}); }

}  // namespace

outcome idle_cpu(const settings& s) {
  actors::runtime here{{.workers = s.threads}};
  here.run(some_work());
  // An idle program still waits for something.
  const auto [keep_open, in] = actors::channel<int>();
  auto receiving = here.spawn(wait_for_ever(in));
  auto sleeping = here.spawn(sleep_long());
  std::this_thread::sleep_for(settling);

  return measure_idle("idle_cpu", s.n, true);
}

}  // namespace bench
