// How long a wake-up takes: from the moment one party makes another one ready until that runs on an idle CPU.
#include <actors/actors.hpp>
#include <actors/detail/thread_number.hpp>

#include "letters.hpp"
#include "runtime/thread_placement.hpp"
#include "workloads.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

namespace {

using actors::task;
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

task<> receive_letters(actors::receiver<letter> in, letters_read& seen) {
  while (const auto got = co_await in.receive()) seen.receive(*got);
}

/// Lets all workers come to rest; afterwards the receiver waits for the next letter.
task<> settle(const letters_read& seen, std::int64_t letters) {
  do {
    co_await actors::sleep(pause);
  } while (seen.arrived() != letters);
}

task<outcome> run_parked(std::int64_t n) {
  letters_read seen{n};
  auto [out, in] = actors::channel<letter>();
  auto receiving = actors::spawn(receive_letters(std::move(in), seen));
  const stopwatch watch;
  for (std::int64_t i = 0; i != n; ++i) {
    co_await settle(seen, i);
    compute_for(computing_before);
    const letter next = write_letter(true);
    co_await out.send(next);
    compute_for(computing_after);
  }
  out.close();
  co_await receiving;
  co_return seen.finish("handoff_parked", n, watch.elapsed());
}

/// Sends a letter that does not count; true when the receiver has it soon, although this worker does not pause.
task<bool> wake_other_worker(const actors::sender<letter>& out, const letters_read& seen) {
  const std::int64_t before = seen.arrived();
  const letter next = write_letter(false);
  co_await out.send(next);
  co_return seen.arrives_soon(before);
}

task<outcome> run_lingering(std::int64_t n) {
  letters_read seen{n};
  auto [out, in] = actors::channel<letter>();
  auto receiving = actors::spawn(receive_letters(std::move(in), seen));
  std::int64_t letters = 0;
  std::int64_t failures = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != n;) {
    co_await settle(seen, letters);
    ++letters;
    const bool awake = co_await wake_other_worker(out, seen);
    if (!awake) {
      if (++failures > n + 10)
        throw not_done{"handoff_lingering: no other worker took a task beside one that computed for 2 ms"};
      continue;
    }
    compute_for(lull);
    const letter next = write_letter(true);
    co_await out.send(next);
    compute_for(computing_after);
    ++letters;
    ++i;
  }
  out.close();
  co_await receiving;
  co_return seen.finish("handoff_lingering", n, watch.elapsed());
}

long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value) noexcept {
  return syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation, value, nullptr, nullptr, 0);
}

task<> arrive(time_point sent, letters_read& seen) {
  seen.add(clock::now() - sent);
  seen.arrive();
  co_return;
}

task<> nothing() { co_return; }

}  // namespace

outcome handoff_parked(const settings& s) { return actors::run(run_parked(s.n), {.workers = s.threads}); }

outcome handoff_lingering(const settings& s) {
  if (s.threads < 2) throw not_available{"handoff_lingering needs two workers"};
  return actors::run(run_lingering(s.n), {.workers = s.threads});
}

// Each thread keeps to a CPU of its own, where there are two. The word counts the wake-ups.
outcome futex_handover(const settings& s) {
  letters_read seen{s.n};
  std::atomic<std::uint32_t> word{0};
  time_point sent;  // written before a change of `word` (release), read after it was seen (acquire)
  const stopwatch watch;
  std::jthread sleeper{[&] {
    actors::detail::pin_this_thread(1);
    for (std::int64_t i = 0; i != s.n; ++i) {
      const auto before = static_cast<std::uint32_t>(i);
      while (word.load(std::memory_order_acquire) == before) futex(word, FUTEX_WAIT_PRIVATE, before);
      seen.add(clock::now() - sent);
      seen.arrive();
    }
  }};
  std::jthread waker{[&] {
    actors::detail::pin_this_thread(0);
    for (std::int64_t i = 0; i != s.n; ++i) {
      do {
        std::this_thread::sleep_for(pause);
      } while (seen.arrived() != i);
      compute_for(computing_before);
      sent = clock::now();
      word.fetch_add(1, std::memory_order_release);
      futex(word, FUTEX_WAKE_PRIVATE, 1);
      compute_for(computing_after);
    }
  }};
  waker.join();
  sleeper.join();
  return seen.finish("futex_handover", s.n, watch.elapsed());
}

outcome foreign_wake(const settings& s) {
  letters_read seen{s.n};
  actors::runtime here{{.workers = s.threads}};
  here.run(nothing());
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    do {
      std::this_thread::sleep_for(pause);
    } while (seen.arrived() != i);
    compute_for(computing_before);
    here.spawn(arrive(clock::now(), seen));
    compute_for(computing_after);
  }
  while (seen.arrived() != s.n) std::this_thread::sleep_for(pause);
  return seen.finish("foreign_wake", s.n, watch.elapsed());
}

// What it costs to take a bias back; with more than one thread beside others that compute.
outcome heavy_fence(const settings& s) {
  if (!actors::detail::prepare_heavy_fence()) throw not_available{"heavy_fence needs membarrier(2)"};
  std::atomic<unsigned> running{0};
  std::atomic<bool> ended{false};
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < s.threads; ++i) {
    others.emplace_back([&] {
      running.fetch_add(1, std::memory_order_relaxed);
      while (!ended.load(std::memory_order_relaxed)) continue;
    });
  }
  while (running.load(std::memory_order_relaxed) != others.size()) std::this_thread::yield();
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) actors::detail::heavy_fence();
  const auto elapsed = watch.elapsed();
  ended.store(true, std::memory_order_relaxed);
  return outcome{s.n, elapsed, s.n};
}

}  // namespace bench
