// How long a wake-up takes: from the moment one party makes another one ready until that runs on an idle CPU.
#include <actors/actors.hpp>
#include <actors/detail/thread_number.hpp>

#include "readings.hpp"
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

using namespace std::chrono_literals;
using actors::task;
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

// A round: the waking side sleeps, then computes, so that its own CPU is awake and all others have been idle for
// milliseconds; then it wakes the other side, and computes on.
constexpr auto pause = 1ms;
constexpr auto computing_before = 4ms;
constexpr auto computing_after = 1ms;
// The time between the last thing that the other worker did and the next one, where it is to linger still.
constexpr auto lull = 10us;
constexpr auto lingering_limit = 2ms;

void compute_for(std::chrono::nanoseconds time) {
  const stopwatch watch;
  while (watch.elapsed() < time) {
  }
}

/// The latencies of one workload. Filled by the side that is woken; what it wrote can be read where `arrived` says so.
class letters_read : public readings {
 public:
  explicit letters_read(std::int64_t n) : readings{static_cast<std::size_t>(n)} {}

  void add_on_the_same_thread() { ++on_the_same_thread_; }
  void arrive() noexcept { arrived_.fetch_add(1, std::memory_order_release); }
  std::int64_t arrived() const noexcept { return arrived_.load(std::memory_order_acquire); }

  outcome finish(std::string_view name, std::int64_t n, std::chrono::nanoseconds elapsed) {
    if (on_the_same_thread_ != 0)
      std::fprintf(stderr, "%.*s: %lld of %lld ran only later, on the thread that woke them\n",
                   static_cast<int>(name.size()), name.data(), static_cast<long long>(on_the_same_thread_),
                   static_cast<long long>(n));
    return readings::finish(name, n, elapsed);
  }

 private:
  std::int64_t on_the_same_thread_ = 0;
  std::atomic<std::int64_t> arrived_{0};
};

/// Of the calling thread. Never inlined, as a task can go on on another one.
[[gnu::noinline]] pid_t thread_id() { return gettid(); }

struct letter {
  time_point sent;
  pid_t from;
  bool counts;
};

task<> receive_letters(actors::receiver<letter> in, letters_read& seen) {
  while (const auto got = co_await in.receive()) {
    const auto latency = clock::now() - got->sent;
    if (got->counts) {
      seen.add(latency);
      if (thread_id() == got->from) seen.add_on_the_same_thread();
    }
    seen.arrive();
  }
}

letter write_letter(bool counts) {
  const pid_t from = thread_id();
  return {clock::now(), from, counts};
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
  const stopwatch watch;
  while (seen.arrived() == before && watch.elapsed() < lingering_limit) {
  }
  co_return seen.arrived() != before;
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
