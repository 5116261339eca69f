// thread_waiter: a plain thread waits at a source as a task does; here at one of the smallest kind.
#include <actors/actors.hpp>
#include <actors/detail/thread_waiter.hpp>
#include <actors/wait_list.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace {

using namespace std::chrono_literals;
using actors::wait_node;
using actors::wait_outcome;
using actors::waiter;
using actors::detail::thread_waiter;

struct source {
  actors::detail::wait_lock lock;
  actors::wait_list list;

  void enter(wait_node& node, waiter& who) {
    waiter::wait_at_lock visit{who, lock};
    node.who = &who;
    who.suspend_at(nullptr);
    ASSERT_TRUE(visit.arm());
    list.push_back(node);
  }
  bool serve_one() {
    wait_node* node = nullptr;
    {
      const actors::detail::wait_lock::hold held{lock};
      node = list.claim_front(lock);
      if (node == nullptr) return false;
      node->outcome = wait_outcome::delivered;
    }
    node->who->wake();
    return true;
  }
  void withdraw(wait_node& node) {
    const actors::detail::wait_lock::hold held{lock};
    if (node.listed) list.remove(node);
  }
};

TEST(thread_waiter, blocks_until_it_is_woken_and_can_wait_again) {
  source from;
  thread_waiter self;
  for (int i = 0; i != 100; ++i) {
    wait_node node;
    from.enter(node, self);
    std::thread other{[&] { EXPECT_TRUE(from.serve_one()); }};
    self.block();
    EXPECT_EQ(node.outcome, wait_outcome::delivered);
    other.join();
  }
}

TEST(thread_waiter, gives_up_when_its_time_is_over_and_can_wait_again) {
  source from;
  thread_waiter self;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i != 3; ++i) {
    wait_node node;
    from.enter(node, self);
    self.block_until(std::chrono::steady_clock::now() + 2ms);
    EXPECT_EQ(node.outcome, wait_outcome::none);
    from.withdraw(node);
    EXPECT_FALSE(from.serve_one());
    EXPECT_FALSE(self.cancel_pending());
    EXPECT_EQ(self.cancel_requests(), 0U);
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 6ms);
}

TEST(thread_waiter, what_came_before_the_end_of_the_time_is_there) {
  source from;
  thread_waiter self;
  wait_node node;
  from.enter(node, self);
  EXPECT_TRUE(from.serve_one());
  self.block_until(std::chrono::steady_clock::now() - 1s);
  EXPECT_EQ(node.outcome, wait_outcome::delivered);
  EXPECT_FALSE(self.cancel_pending());
}

// Served and late at about the same time: one of the two, and the other leaves nothing behind.
TEST(thread_waiter, a_wait_that_is_served_at_its_end_is_decided_once) {  // C16, R1
  source from;
  std::atomic<bool> over{false};
  std::atomic<long> served{0};
  std::thread other{[&] {
    while (!over) served += from.serve_one() ? 1 : 0;
  }};
  long got = 0;
  thread_waiter self;
  for (int i = 0; i != 2000; ++i) {
    wait_node node;
    from.enter(node, self);
    self.block_until(std::chrono::steady_clock::now());
    if (node.outcome == wait_outcome::delivered) {
      ++got;
    } else {
      from.withdraw(node);
    }
  }
  over = true;
  other.join();
  EXPECT_EQ(got, served);
}

TEST(thread_waiter, workers_are_refused) {
  actors::detail::refuse_on_worker("waiting");
  const auto on_a_worker = []() -> actors::task<> {
    EXPECT_THROW(actors::detail::refuse_on_worker("waiting"), actors::usage_error);
    co_return;
  };
  actors::run(on_a_worker());
}

}  // namespace
