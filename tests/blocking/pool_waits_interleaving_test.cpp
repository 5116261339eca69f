// Calls that wait for other calls of their pool, and take them back, under many schedules.
#include <actors/blocking_pool.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace {

using actors::blocking_pool;
using actors::join_handle;
using actors::pool_shutdown;
using test::holds_in_all;
using counter = actors::detail::atomic<int>;

TEST(pool_interleaving, calls_that_wait_for_calls_of_their_own_pool_end) {
  holds_in_all([] {
    blocking_pool pool{{.max_threads = 1, .queue_bound = 1}};
    const auto nested = [&pool](int depth, const auto& self) -> int {
      if (depth == 0) return 1;
      auto left = pool.submit([&, depth] { return self(depth - 1, self); });
      auto right = pool.submit([&, depth] { return self(depth - 1, self); });
      return left.get() + right.get();
    };
    auto outer = pool.submit([&] { return nested(2, nested); });
    EXPECT_EQ(outer.get(), 4);
  });
}

TEST(pool_interleaving, two_threads_that_wait_for_each_others_calls_end) {
  holds_in_all([] {
    blocking_pool pool{{.max_threads = 2}};
    const auto pair = [&pool] {
      auto inner = pool.submit([] { return 1; });
      return inner.get() + 1;
    };
    auto first = pool.submit(pair);
    auto second = pool.submit(pair);
    EXPECT_EQ(first.get() + second.get(), 4);
  });
}

/// What a call owns; gone with it, it takes another call back and waits for its end.
struct ends_another {
  join_handle<> other;
  ~ends_another() {
    other.cancel();
    other.wait();
  }
};

// The thread that ends the one call ends those that it cancels meanwhile, later: it must not wait for itself.
TEST(pool_interleaving, what_a_call_owns_may_cancel_another_call_and_wait_for_it) {  // T6
  counter taken_back{0};
  holds_in_all([&] {
    blocking_pool pool{{.max_threads = 1}};
    counter gate{0};
    auto owned = std::make_shared<ends_another>();
    ends_another& owner = *owned;
    auto one = pool.submit([&gate, owned = std::move(owned)] { gate.wait(0); });
    auto two = pool.submit([] {});
    owner.other = two;
    gate.store(1);
    gate.notify_all();
    one.get();
    EXPECT_TRUE(two.done());
    if (two.was_cancelled()) taken_back.fetch_add(1);
  });
  EXPECT_GT(taken_back.load(), 0);
}

// The same where the last handle of a result goes with its call.
TEST(pool_interleaving, so_may_what_a_call_gave) {  // T6
  holds_in_all([] {
    blocking_pool pool{{.max_threads = 1}};
    counter gate{0};
    auto owned = std::make_shared<ends_another>();
    ends_another& owner = *owned;
    pool.submit([&gate, given = std::move(owned)]() mutable {
          gate.wait(0);
          return std::move(given);
        })
        .detach();
    auto two = pool.submit([] {});
    owner.other = two;
    gate.store(1);
    gate.notify_all();
    two.wait();
    pool.close(pool_shutdown::drain);
  });
}

}  // namespace
