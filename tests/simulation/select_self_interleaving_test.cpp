// Selects that send and receive at one channel, under many schedules: none meets itself, and nothing is lost between
// them.
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/both_ways.hpp"
#include "support/ending.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace {

using actors::join_handle;
using actors::receiver;
using actors::sender;
using actors::spawn;
using actors::task;
using test::both_ways_books;
using test::cancels;
using test::counted;
using test::ended;
using test::goes_both_ways;
using test::holds_in_all;
using test::select_form;

// With locks as they begin, and with such as are biased to a worker after two turns.
class select_self_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, select_self_interleaving, testing::Values(1U << 20U, 1U));

constexpr std::uint64_t many = 10'000;

struct forms {
  select_form one;
  select_form other;
};
constexpr forms all_forms[] = {{select_form::any, select_form::any},
                               {select_form::set, select_form::set},
                               {select_form::send_first, select_form::receive_first},
                               {select_form::send_first, select_form::set}};

// Two that were started have ended, and nobody waits; what is left in the channel is counted.
task<> both_ended(join_handle<> one, join_handle<> two, receiver<counted> rx, both_ways_books& all) {
  co_await one;
  co_await two;
  EXPECT_EQ(rx.statistics().waiting_senders + rx.statistics().waiting_receivers, 0U);
  all.drain(rx);
}

task<> two_both_ways(std::size_t capacity, forms how) {
  both_ways_books all{4};
  {
    auto [tx, rx] = actors::channel<counted>(capacity);
    auto one = spawn(goes_both_ways(how.one, tx, rx, all, 0, 2));
    auto two = spawn(goes_both_ways(how.other, tx, rx, all, 2, 4));
    auto end = both_ended(one, two, rx, all);
    co_await end;
  }
  EXPECT_EQ(all.rounds, 4);
  all.expect_balance();
}

TEST_P(select_self_interleaving, two_at_a_rendezvous_meet_each_other) {  // S5, S1, S9, C3
  for (const forms how : all_forms) holds_in_all([=] { return two_both_ways(0, how); }, {.workers = 2}, many);
}

TEST_P(select_self_interleaving, two_at_a_channel_with_a_buffer_lose_nothing) {  // S5, S1, C5
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{2}, std::size_t{64}, actors::unbounded})
    for (const forms how : all_forms)
      holds_in_all([=] { return two_both_ways(capacity, how); }, {.workers = 2}, many / 10);
}

// There is no room until a permit is given back, or used: what a select sends is then admitted to the buffer, while its
// own receive waits beside it.
task<> with_a_permit(bool is_used, forms how) {
  both_ways_books all{3};
  {
    auto [tx, rx] = actors::channel<counted>(1);
    auto held = tx.try_reserve();
    auto one = spawn(goes_both_ways(how.one, tx, rx, all, 0, 1));
    auto two = spawn(goes_both_ways(how.other, tx, rx, all, 1, 2));
    if (is_used) {
      held.send(counted{all.values, 2});
      ++all.sent[2];
    } else {
      held.release();
    }
    auto end = both_ended(one, two, rx, all);
    co_await end;
  }
  EXPECT_EQ(all.rounds, 2);
  all.expect_balance();
}

TEST_P(select_self_interleaving, room_that_comes_is_for_one_of_them) {  // S5, S6, C17, C18
  for (const bool is_used : {false, true})
    for (const forms how : all_forms)
      holds_in_all([=] { return with_a_permit(is_used, how); }, {.workers = 3}, many / 4);
}

// One of three is cancelled, or the channel closed, at any moment.
task<> three_of_which_one_ends(std::size_t capacity, bool by_close, select_form how) {
  both_ways_books all{3};
  {
    auto [tx, rx] = actors::channel<counted>(capacity);
    auto one = spawn(goes_both_ways(how, tx, rx, all, 0, 1));
    auto two = spawn(goes_both_ways(how, tx, rx, all, 1, 2));
    auto three = spawn(goes_both_ways(how, tx, rx, all, 2, 3));
    if (by_close) {
      tx.close();
    } else {
      auto cancelling = spawn(cancels(one));
      co_await cancelling;
      co_await ended(one);
      // Of the two others one may have met the first, and the other nobody.
      while (!two.done() && !three.done()) co_await actors::yield();
      tx.close();
    }
    co_await ended(one);
    co_await two;
    co_await three;
    EXPECT_EQ(rx.statistics().waiting_senders + rx.statistics().waiting_receivers, 0U);
    all.drain(rx);
  }
  all.expect_balance();
}

TEST_P(select_self_interleaving, an_end_at_any_moment_loses_nothing) {  // S5, S6, S7, C7, C16, C18
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    for (const bool by_close : {false, true})
      for (const select_form how : {select_form::any, select_form::set})
        holds_in_all([=] { return three_of_which_one_ends(capacity, by_close, how); }, {.workers = 3}, many / 4);
}

}  // namespace
