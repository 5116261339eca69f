// The protocol by which a wait is decided once.
#include <actors/wait_list.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <memory>
#include <thread>
#include <vector>

namespace {

using actors::wait_list;
using actors::wait_node;
using actors::waiter;
using actors::detail::wait_lock;

struct counting_executor final : actors::executor {
  void post(actors::runnable&) noexcept override { ++posted; }
  std::atomic<int> posted = 0;
};

struct party : waiter {
  explicit party(actors::executor& where) { home = &where; }
};

TEST(waiter, nobody_can_claim_a_party_that_runs) {  // R1
  counting_executor executor;
  party one{executor};
  EXPECT_FALSE(one.claim());
}

TEST(waiter, a_wait_is_claimed_once) {  // C16
  counting_executor executor;
  party one{executor};
  EXPECT_TRUE(one.arm());
  EXPECT_TRUE(one.claim());
  EXPECT_FALSE(one.claim());
  EXPECT_TRUE(one.arm());  // and the next wait is a new one
  EXPECT_TRUE(one.claim());
}

TEST(waiter, a_cancellation_ends_a_wait_and_is_pending_then) {  // T4
  counting_executor executor;
  party one{executor};
  EXPECT_TRUE(one.arm());
  one.request_cancel();
  EXPECT_EQ(executor.posted, 1);
  EXPECT_FALSE(one.claim());
  EXPECT_TRUE(one.cancel_pending());
  EXPECT_FALSE(one.arm());  // not taken yet
  one.take_cancel();
  EXPECT_TRUE(one.arm());
  EXPECT_EQ(one.cancel_requests(), 1U);  // answered, but counted
}

TEST(waiter, a_cancellation_of_a_running_party_waits_for_the_next_wait) {  // T4, C16
  counting_executor executor;
  party one{executor};
  one.request_cancel();
  one.request_cancel();
  EXPECT_EQ(executor.posted, 0);
  EXPECT_FALSE(one.arm());
  EXPECT_EQ(one.cancel_requests(), 2U);
}

TEST(waiter, a_shielded_wait_goes_on_when_cancelled) {
  counting_executor executor;
  party one{executor};
  one.arm_shielded();
  one.request_cancel();
  EXPECT_EQ(executor.posted, 0);
  EXPECT_TRUE(one.cancel_pending());
  EXPECT_TRUE(one.claim());
}

TEST(waiter, a_wait_that_ended_before_the_party_armed_leaves_the_decision) {  // R1
  counting_executor executor;
  party one{executor};
  EXPECT_FALSE(one.decide());
  EXPECT_EQ(one.arm_unless_decided(), party::arming::decided);
  EXPECT_EQ(one.arm_unless_decided(), party::arming::armed);  // the decision was taken
  EXPECT_TRUE(one.decide());
  EXPECT_EQ(one.arm_unless_decided(), party::arming::armed);  // that one left none
}

TEST(waiter, a_cancelled_wait_is_armed_again_unless_it_ended_meanwhile) {  // R1, T6
  counting_executor executor;
  party one{executor};
  ASSERT_EQ(one.arm_unless_decided(), party::arming::armed);
  one.request_cancel();
  EXPECT_EQ(executor.posted, 1);
  EXPECT_EQ(one.arm_unless_decided(), party::arming::cancelled);
  EXPECT_TRUE(one.arm_shielded_unless_decided());
  EXPECT_TRUE(one.decide());
  EXPECT_FALSE(one.decide());
  EXPECT_FALSE(one.arm_shielded_unless_decided());
  EXPECT_FALSE(one.decide());
  one.forget_decision();
  EXPECT_TRUE(one.arm_shielded_unless_decided());
  EXPECT_EQ(one.cancel_requests(), 1U);
}

TEST(waiter, requests_are_counted_and_can_be_taken_back) {  // T5
  counting_executor executor;
  party one{executor};
  EXPECT_EQ(one.uncancel(), 0U);
  one.request_cancel();
  one.request_cancel();
  EXPECT_EQ(one.uncancel(), 1U);
  EXPECT_TRUE(one.cancel_pending());
  EXPECT_EQ(one.uncancel(), 0U);
  EXPECT_FALSE(one.cancel_pending());
  EXPECT_TRUE(one.arm());
}

TEST(waiter, taking_the_last_unanswered_request_back_forgets_it) {  // T5
  counting_executor executor;
  party one{executor};
  one.request_cancel();
  one.take_cancel();  // answered, and the party went on
  one.request_cancel();
  EXPECT_EQ(one.uncancel(1), 1U);
  EXPECT_FALSE(one.cancel_pending());
  one.request_cancel();
  one.request_cancel();
  EXPECT_EQ(one.uncancel(1), 2U);
  EXPECT_TRUE(one.cancel_pending());  // somebody else asked as well
}

bool wait_under(wait_lock& guard, waiter& who) {
  waiter::wait_at_lock visit{who, guard};
  return visit.arm();
}
bool claim_under(wait_lock& guard, waiter& who) {
  const wait_lock::hold held{guard};
  return who.claim_at_lock(guard);
}

TEST(waiter, a_wait_under_a_lock_is_claimed_once_and_under_that_lock) {  // C16, R1
  counting_executor executor;
  party one{executor};
  wait_lock guard;
  wait_lock other;
  EXPECT_FALSE(claim_under(guard, one));
  EXPECT_TRUE(wait_under(guard, one));
  EXPECT_FALSE(one.claim());
  EXPECT_FALSE(claim_under(other, one));
  EXPECT_TRUE(claim_under(guard, one));
  EXPECT_FALSE(claim_under(guard, one));
  EXPECT_TRUE(wait_under(other, one));  // and the next wait is a new one
  EXPECT_TRUE(claim_under(other, one));
}

TEST(waiter, a_visit_without_a_wait_leaves_nothing) {
  counting_executor executor;
  party one{executor};
  wait_lock guard;
  { const waiter::wait_at_lock visit{one, guard}; }
  one.request_cancel();
  EXPECT_EQ(executor.posted, 0);
  EXPECT_FALSE(claim_under(guard, one));
  EXPECT_FALSE(wait_under(guard, one));  // the cancellation is pending
  EXPECT_FALSE(claim_under(guard, one));
}

TEST(waiter, a_cancellation_ends_a_wait_under_a_lock) {  // T4, C16
  counting_executor executor;
  party one{executor};
  wait_lock guard;
  EXPECT_TRUE(wait_under(guard, one));
  one.request_cancel();
  EXPECT_EQ(executor.posted, 1);
  EXPECT_FALSE(claim_under(guard, one));
  one.take_cancel();
  EXPECT_TRUE(wait_under(guard, one));
  EXPECT_TRUE(claim_under(guard, one));
  EXPECT_EQ(one.cancel_requests(), 1U);
}

// A party that was claimed is in a queue, which keeps a link where its lock was noted.
TEST(waiter, a_cancellation_of_a_queued_party_waits_for_the_next_wait) {  // T4
  counting_executor executor;
  party one{executor};
  party behind{executor};
  wait_lock guard;
  EXPECT_TRUE(wait_under(guard, one));
  EXPECT_TRUE(claim_under(guard, one));
  one.next = &behind;
  one.request_cancel();
  EXPECT_EQ(executor.posted, 0);
  EXPECT_EQ(one.next, &behind);
  EXPECT_FALSE(wait_under(guard, one));
}

// Each visit is to a new lock, which is freed right after it, while others come for the waits there.
TEST(waiter, cancellations_of_waits_under_locks_that_do_not_live_long) {  // C16, R1, T4
  constexpr int rounds = 20'000;
  counting_executor executor;
  party one{executor};
  std::atomic<bool> ended = false;
  int waits = 0;
  {
    std::vector<std::jthread> cancellers;
    for (int i = 0; i != 2; ++i) {
      cancellers.emplace_back([&] {
        while (!ended) {
          if (one.cancel_pending())
            std::this_thread::yield();
          else
            one.request_cancel();
        }
      });
    }
    for (int k = 0; k != rounds; ++k) {
      auto guard = std::make_unique<wait_lock>();
      if (wait_under(*guard, one)) {
        ++waits;
        while (executor.posted != waits) std::this_thread::yield();
        EXPECT_TRUE(one.cancel_pending());
      }
      guard.reset();
      one.take_cancel();
    }
    ended = true;
  }
  EXPECT_EQ(executor.posted, waits);
  EXPECT_GT(waits, 0);
}

TEST(waiter, one_of_many_claimants_wins) {  // C16, R1
  constexpr int threads = 4;
  constexpr int rounds = 20'000;
  counting_executor executor;
  party one{executor};
  std::atomic<int> won = 0;
  int armed = 0;
  std::barrier round{threads, [&]() noexcept {
                       if (one.cancel_pending()) {
                         EXPECT_EQ(one.uncancel(), 0U);
                       }
                       EXPECT_EQ(won + executor.posted, armed);
                       one.arm();
                       ++armed;
                     }};
  {
    std::vector<std::jthread> claimants;
    for (int i = 0; i != threads; ++i) {
      claimants.emplace_back([&, i] {
        for (int k = 0; k != rounds; ++k) {
          round.arrive_and_wait();
          if (i == 0)
            one.request_cancel();
          else if (one.claim())
            ++won;
        }
      });
    }
  }
  EXPECT_EQ(won + executor.posted, rounds);
  EXPECT_EQ(armed, rounds);
}

TEST(wait_list, is_first_in_first_out_and_gives_up_any_entry) {  // C6, C26
  counting_executor executor;
  wait_list list;
  wait_lock guard;
  std::vector<std::unique_ptr<party>> parties;
  std::vector<wait_node> nodes(5);
  for (auto& node : nodes) {
    parties.push_back(std::make_unique<party>(executor));
    EXPECT_TRUE(wait_under(guard, *parties.back()));
    node.who = parties.back().get();
    list.push_back(node);
  }
  list.remove(nodes[0]);
  list.remove(nodes[4]);
  list.remove(nodes[2]);
  EXPECT_EQ(list.claim_front(guard), &nodes[1]);
  EXPECT_FALSE(nodes[1].listed);
  EXPECT_EQ(list.claim_front(guard), &nodes[3]);
  EXPECT_EQ(list.claim_front(guard), nullptr);
  EXPECT_TRUE(list.empty());
}

TEST(wait_list, passes_over_parties_that_were_cancelled) {  // C18
  counting_executor executor;
  wait_list list;
  party first{executor};
  party second{executor};
  wait_node a;
  wait_node b;
  a.who = &first;
  b.who = &second;
  wait_lock guard;
  EXPECT_TRUE(wait_under(guard, first));
  EXPECT_TRUE(wait_under(guard, second));
  list.push_back(a);
  list.push_back(b);
  first.request_cancel();
  EXPECT_EQ(list.claim_front(guard), &b);
  EXPECT_FALSE(a.listed);
}

TEST(wake_batch, posts_in_order) {
  struct recording final : actors::executor {
    void post(actors::runnable& work) noexcept override { seen.push_back(&work); }
    std::vector<actors::runnable*> seen;
  } executor;
  party one{executor};
  party two{executor};
  wait_node a;
  wait_node b;
  a.who = &one;
  b.who = &two;
  actors::wake_batch batch;
  batch.add(a);
  batch.add(b);
  batch.wake_all();
  batch.wake_all();  // empty now
  EXPECT_EQ(executor.seen, (std::vector<actors::runnable*>{&one, &two}));
}

}  // namespace
