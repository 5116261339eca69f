// The threads of a pool: how many there are, when they come and go, their names; what is told of them; long calls.
#include <actors/actors.hpp>
#include <actors/blocking_pool.hpp>

#include "support/time_limit.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <semaphore>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::blocking;
using actors::blocking_pool;
using actors::join_handle;
using actors::task;

std::string name_of_this_thread() {
  char text[32] = {};
  pthread_getname_np(pthread_self(), text, sizeof text);
  return text;
}

/// Calls that run until the gate opens.
class held_calls {
 public:
  explicit held_calls(blocking_pool& on) : on_{on} {}
  void add(int count) {
    for (int i = 0; i != count; ++i)
      calls_.push_back(on_.submit([this] {
        ++inside_;
        gate_.acquire();
      }));
  }
  void wait_for(int count) {
    test::spin_until([&] { return inside_ == count; });
  }
  int inside() const { return inside_; }
  void let_go() {
    gate_.release(static_cast<std::ptrdiff_t>(calls_.size()));
    for (auto& each : calls_) each.get();
    calls_.clear();
  }

 private:
  blocking_pool& on_;
  std::counting_semaphore<> gate_{0};
  std::atomic<int> inside_ = 0;
  std::vector<join_handle<>> calls_;
};

TEST(pool, starts_threads_as_they_are_needed_and_no_more_than_allowed) {  // R7
  blocking_pool pool{{.max_threads = 5}};
  EXPECT_EQ(pool.statistics().threads, 0U);
  held_calls held{pool};
  held.add(8);
  held.wait_for(5);
  auto now = pool.statistics();
  EXPECT_EQ(now.threads, 5U);
  EXPECT_EQ(now.running, 5U);
  EXPECT_EQ(now.queued, 3U);
  EXPECT_EQ(now.idle, 0U);
  held.let_go();
  now = pool.statistics();
  EXPECT_EQ(now.done, 8U);
  EXPECT_EQ(now.running, 0U);
  EXPECT_EQ(now.idle, now.threads);
  EXPECT_GT(now.longest_wait, 0ns);
}

TEST(pool, counts_a_call_that_is_made_by_the_one_who_waits_for_it) {
  blocking_pool pool{{.max_threads = 1}};
  std::chrono::nanoseconds queued{0};
  pool.submit([&] {
        auto inner = pool.submit([] {});
        const auto since = std::chrono::steady_clock::now();
        test::spin_until([&] { return (queued = std::chrono::steady_clock::now() - since) > 5ms; });
        inner.get();
      })
      .get();
  const auto now = pool.statistics();
  EXPECT_EQ(now.done, 2U);
  EXPECT_GE(now.longest_wait, 4ms);  // by another clock
}

TEST(pool, keeps_the_least_number_of_threads_and_lets_others_go) {  // R7
  blocking_pool pool{{.min_threads = 2, .max_threads = 6, .keep_alive = 1ms}};
  EXPECT_EQ(pool.statistics().threads, 2U);
  for (int round = 0; round != 3; ++round) {
    held_calls held{pool};
    held.add(6);
    held.wait_for(6);
    held.let_go();
    test::spin_until([&] { return pool.statistics().threads == 2; });
  }
  EXPECT_EQ(pool.statistics().done, 18U);
}

TEST(pool, names_its_threads) {
  blocking_pool pool{{.max_threads = 3, .keep_alive = 0ms, .name = "files"}};
  for (int round = 0; round != 3; ++round) {
    std::mutex lock;
    std::set<std::string> names;
    std::counting_semaphore<> gate{0};
    std::vector<join_handle<>> calls;
    for (int i = 0; i != 3; ++i)
      calls.push_back(pool.submit([&] {
        {
          const std::lock_guard guard{lock};
          names.insert(name_of_this_thread());
        }
        gate.acquire();
      }));
    test::spin_until([&] {
      const std::lock_guard guard{lock};
      return names.size() == 3;
    });
    gate.release(3);
    for (auto& each : calls) each.get();
    if (round == 0) {
      EXPECT_EQ(names, (std::set<std::string>{"files-0", "files-1", "files-2"}));
    }
    // Later the number of one that has not quite left is not free yet.
    for (const std::string& each : names) EXPECT_TRUE(each.starts_with("files-"));
    test::spin_until([&] { return pool.statistics().threads == 0; });
  }
  blocking_pool other{{.name = "a-very-long-name-of-a-pool"}};
  EXPECT_EQ(other.submit(name_of_this_thread).get(), "a-very-long-n-0");
}

TEST(pool, a_long_call_does_not_delay_the_short_one_behind_it) {  // R7
  blocking_pool pool{{.max_threads = 16}};
  for (int round = 0; round != 30; ++round) {
    for (int i = 0; i != 50; ++i) pool.submit([] {}).get();  // the pool expects short calls
    held_calls held{pool};
    for (int i = 0; i != 5; ++i) {
      held.add(1);
      EXPECT_EQ(pool.submit([] { return 1; }).get(), 1);  // ends though all the others hold their threads
    }
    held.wait_for(5);
    held.let_go();
  }
}

TEST(pool, calls_that_are_queued_at_once_get_a_thread_each) {  // R7
  blocking_pool pool{{.max_threads = 40}};
  for (int round = 0; round != 3; ++round) {
    held_calls held{pool};
    held.add(40);
    held.wait_for(40);
    held.let_go();
  }
}

TEST(pool, an_idle_pool_uses_no_cpu) {  // R4
  blocking_pool pool{{.min_threads = 3, .name = "quiet", .warn_after = 1ms}};
  for (int i = 0; i != 200; ++i) pool.submit([] {}).get();
  const auto switches = [] {
    long sum = 0;
    for (const auto& [id, one] : test::switches_of("quiet")) sum += one.voluntary;
    return sum;
  };
  // Until they sleep: for longer than anyone lingers or watches.
  long before = -1;
  for (auto since = std::chrono::steady_clock::now(); std::chrono::steady_clock::now() - since < 20ms;)
    if (const long now = switches(); std::exchange(before, now) != now) since = std::chrono::steady_clock::now();
  actors::run([]() -> task<> { co_await actors::sleep(200ms); }(), {.workers = 1});
  EXPECT_EQ(switches(), before);
}

TEST(pool, a_bounded_queue_blocks_who_submits) {
  blocking_pool pool{{.max_threads = 1, .queue_bound = 2}};
  held_calls held{pool};
  held.add(1);
  held.wait_for(1);
  held.add(2);
  std::atomic<bool> submitted = false;
  std::jthread more{[&] {
    auto call = pool.submit([] {});
    submitted = true;
    call.get();
  }};
  for (int i = 0; i != 1'000; ++i) std::this_thread::yield();  // gives a wrong one the time to come through
  EXPECT_FALSE(submitted);
  EXPECT_EQ(pool.statistics().queued, 2U);
  held.let_go();
}

TEST(pool, a_runtime_gives_its_options_to_its_pool) {
  actors::runtime here{{.workers = 1, .blocking_threads = 2, .blocking_min_threads = 1, .blocking_name = "own"}};
  EXPECT_EQ(here.pool().statistics().threads, 1U);
  const auto name = here.run([]() -> task<std::string> {
    auto text = co_await blocking(name_of_this_thread);
    co_return text;
  }());
  EXPECT_EQ(name, "own-0");
}

// ---- long calls --------------------------------------------------------------------------------------------------

std::atomic<int> reports = 0;
std::atomic<unsigned> reported_line = 0;

void count_report(const actors::long_call& call) noexcept {
  EXPECT_EQ(call.pool, "slow");
  EXPECT_GE(call.running, 5ms);
  EXPECT_TRUE(std::string_view{call.file}.ends_with("pool_test.cpp"));
  reported_line = call.line;
  ++reports;
}

TEST(pool, reports_a_long_call_once_with_its_place) {
  const auto before = actors::on_long_call(&count_report);
  reports = 0;
  {
    blocking_pool pool{{.name = "slow", .warn_after = 5ms}};
    for (int i = 0; i != 20; ++i) pool.submit([] {}).get();
    EXPECT_EQ(reports, 0);
    const unsigned line = __LINE__ + 1;
    pool.submit([] { test::spin_until([] { return reports == 1; }); }).get();
    EXPECT_EQ(reported_line, line);
    pool.submit([] { test::spin_until([] { return reports == 2; }); }).get();
    EXPECT_EQ(reports, 2);
    actors::run([](blocking_pool& on) -> task<> {
      co_await blocking(on, [] { test::spin_until([] { return reports == 3; }); });
    }(pool));
  }
  EXPECT_EQ(reports, 3);
  EXPECT_EQ(actors::on_long_call(before), &count_report);
}

std::atomic<int> cpus_of_reports = 0;

int usable_cpus() {
  cpu_set_t usable;
  sched_getaffinity(0, sizeof usable, &usable);
  return CPU_COUNT(&usable);
}

TEST(pool, that_a_pinned_worker_made_has_all_cpus) {
  const auto before = actors::on_long_call([](const actors::long_call&) noexcept { cpus_of_reports = usable_cpus(); });
  const int all = usable_cpus();
  actors::run(
      [](int expected) -> task<> {
        blocking_pool pool{{.warn_after = 1ms}};
        const int of_calls = co_await blocking(pool, [] {
          test::spin_until([] { return cpus_of_reports != 0; });
          return usable_cpus();
        });
        EXPECT_EQ(of_calls, expected);
      }(all),
      {.workers = 1, .pin_workers = true});
  EXPECT_EQ(cpus_of_reports, all);
  actors::on_long_call(before);
}

}  // namespace
