// The runtime's timing wheel and a heap, by themselves: n timers with deadlines in random order within ten seconds.
#include <actors/detail/timer.hpp>

#include "runtime/timer_wheel.hpp"
#include "timer_heap.hpp"
#include "workloads.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <vector>

namespace bench {

namespace {

namespace lib = actors::detail;

constexpr std::int64_t span = 10'000'000'000;  // ns
constexpr std::int64_t look = 1'000'000;       // of a worker at its timers

/// One of the two, with timers of its own.
struct wheel {
  using timer = lib::callback_timer;
  static void set(timer& pending, std::int64_t deadline) noexcept {
    pending.deadline = lib::steady_time{std::chrono::nanoseconds{deadline}};
  }
  void insert(timer& pending) noexcept { wheel_.insert(pending); }
  void remove(timer& pending) noexcept { wheel_.remove(pending); }
  bool take(std::int64_t now) noexcept {
    for (;;) {
      lib::timer* due = nullptr;
      const auto step = wheel_.advance(now, due);
      if (step != lib::timer_wheel::step::moved) return step == lib::timer_wheel::step::taken;
    }
  }

 private:
  lib::timer_wheel wheel_;
};

struct heap {
  using timer = timer_heap::timer;
  static void set(timer& pending, std::int64_t deadline) noexcept { pending.deadline = deadline; }
  void insert(timer& pending) { heap_.insert(pending); }
  void remove(timer& pending) noexcept { heap_.remove(pending); }
  bool take(std::int64_t now) noexcept { return heap_.take(now) != nullptr; }

 private:
  timer_heap heap_;
};

enum class part { insert, stop, fire };

template <class Queue>
outcome run(const settings& s, part measured) {
  const auto n = static_cast<std::size_t>(s.n);
  std::mt19937_64 random{1};
  std::vector<typename Queue::timer> timers(n);
  for (auto& each : timers) Queue::set(each, 1 + static_cast<std::int64_t>(random() % span));
  Queue queue;

  const stopwatch inserting;
  for (auto& each : timers) queue.insert(each);
  const auto inserted = inserting.elapsed();
  if (measured == part::insert) return outcome{s.n, inserted, s.n};

  if (measured == part::stop) {
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i != n; ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    const stopwatch stopping;
    for (const std::size_t i : order) queue.remove(timers[i]);
    const auto stopped = stopping.elapsed();
    expect("timers left", queue.take(span) ? 1 : 0, 0);
    return outcome{s.n, stopped, s.n};
  }

  std::int64_t fired = 0;
  const stopwatch firing;
  for (std::int64_t now = look; now <= span + look; now += look)
    while (queue.take(now)) ++fired;
  const auto all_fired = firing.elapsed();
  expect("timers that fired", fired, s.n);
  return outcome{s.n, all_fired, s.n};
}

}  // namespace

outcome wheel_insert(const settings& s) { return run<wheel>(s, part::insert); }
outcome wheel_stop(const settings& s) { return run<wheel>(s, part::stop); }
outcome wheel_fire(const settings& s) { return run<wheel>(s, part::fire); }
outcome heap_insert(const settings& s) { return run<heap>(s, part::insert); }
outcome heap_stop(const settings& s) { return run<heap>(s, part::stop); }
outcome heap_fire(const settings& s) { return run<heap>(s, part::fire); }

}  // namespace bench
