// A pool where memory is short: the first, second, ... allocation of what uses it fails, until none does. Nothing is
// lost, nothing hangs, and nobody calls what is gone.
#include <actors/blocking_pool.hpp>

#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

// Relaxed: they count.
constinit std::atomic<long> until_one_fails{-1};
constinit std::atomic<long> failed{0};

bool fails_now() noexcept {
  if (until_one_fails.load(std::memory_order_relaxed) < 0) return false;
  if (until_one_fails.fetch_sub(1, std::memory_order_relaxed) != 0) return false;
  failed.fetch_add(1, std::memory_order_relaxed);
  return true;
}

}  // namespace

void* operator new(std::size_t size) {
  if (fails_now()) throw std::bad_alloc{};
  if (void* const memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace std::chrono_literals;
using actors::blocking_pool;

/// Runs `what` with the first allocation failing, then with the second, until all went well. Gives how many failed.
template <class F>
long with_each_allocation_failing(F what) {
  const long before = failed;
  for (long nth = 0;; ++nth) {
    const long so_far = failed;
    until_one_fails = nth;
    what();
    until_one_fails = -1;
    if (failed == so_far) return failed - before;
  }
}

TEST(no_memory, a_pool_is_made_or_is_not) {
  EXPECT_GT(with_each_allocation_failing([] {
              try {
                blocking_pool pool{{.min_threads = 3, .name = "a pool whose name is long", .warn_after = 1s}};
              } catch (const std::bad_alloc&) {
              }
            }),
            6);
}

TEST(no_memory, a_call_is_made_or_ends_with_the_error) {  // R7
  EXPECT_GT(with_each_allocation_failing([] {
              int made = 0;
              int errors = 0;
              {
                blocking_pool pool{{.max_threads = 2}};
                for (int i = 0; i != 3; ++i) {
                  try {
                    pool.submit([&made] { ++made; }).get();
                  } catch (const std::bad_alloc&) {
                    ++errors;
                  }
                }
              }
              EXPECT_EQ(made + errors, 3);
              EXPECT_LE(errors, 1);
            }),
            1);
}

TEST(no_memory, a_map_that_fails_waits_for_its_calls) {
  struct function {
    std::atomic<int>& running;
    std::atomic<bool>& gone;
    int operator()(int n) const {
      ++running;
      for (int i = 0; i != 50; ++i) std::this_thread::yield();
      EXPECT_FALSE(gone);
      --running;
      return n;
    }
  };
  const std::vector numbers{1, 2, 3, 4, 5};
  EXPECT_GT(with_each_allocation_failing([&] {
              blocking_pool pool{{.max_threads = 2}};
              std::atomic<int> running{0};
              std::atomic<bool> gone{false};
              try {
                const std::vector<int> same = pool.map(function{running, gone}, numbers);
                EXPECT_EQ(same, numbers);
              } catch (const std::bad_alloc&) {
              }
              gone = true;
              EXPECT_EQ(running, 0);
              pool.close(actors::pool_shutdown::drain);
            }),
            5);
}

// close() is noexcept within: what cannot be told is told as that.
TEST(no_memory, a_pool_refuses_its_queue_all_the_same) {  // R7
  for (long nth = 0, before = -1; failed != before; ++nth) {
    before = failed;
    blocking_pool pool{{.max_threads = 1, .name = "a pool whose name is long"}};
    std::binary_semaphore inside{0};
    std::binary_semaphore gate{0};
    auto first = pool.submit([&] {
      inside.release();
      gate.acquire();
    });
    inside.acquire();
    auto second = pool.submit([] {});
    std::jthread opening{[&] {
      test::spin_until([&] { return second.done(); });
      until_one_fails = -1;
      gate.release();
    }};
    until_one_fails = nth;
    pool.close(actors::pool_shutdown::refuse);
    first.get();
    if (failed == before) {
      EXPECT_THROW(second.get(), actors::pool_closed);
    } else {
      EXPECT_THROW(second.get(), std::bad_alloc);
    }
    EXPECT_TRUE(nth != 0 || failed != before);
  }
}

}  // namespace
