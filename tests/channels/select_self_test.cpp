// A select that sends and receives at one channel: it never meets itself, whatever the channel and the form of the
// select, and it meets others as any does.
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include "support/both_ways.hpp"
#include "support/channel_kinds.hpp"
#include "support/ending.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace {

using actors::channel_status;
using actors::receiver;
using actors::send_permit;
using actors::sender;
using actors::spawn;
using actors::task;
using test::both_ways;
using test::both_ways_books;
using test::both_ways_end;
using test::counted;
using test::goes_both_ways;
using test::select_form;

class select_self : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(select_self);

task<both_ways_end> once(select_form how, sender<counted> to, receiver<counted> from, test::ledger& books) {
  both_ways party{how, std::move(to), std::move(from), books};
  auto round = party.next(1);
  const both_ways_end end = co_await std::move(round);
  co_return end;
}

// What ends the wait of a select that is alone.
enum class ended_by { cancellation, close, receiver, sender, permit, room };
constexpr ended_by all_ends[] = {ended_by::cancellation, ended_by::close,  ended_by::receiver,
                                 ended_by::sender,       ended_by::permit, ended_by::room};

void end_wait(ended_by how, const sender<counted>& to, const receiver<counted>& from,
              std::vector<send_permit<counted>>& permits, test::ledger& books) {
  if (how == ended_by::close) to.close();
  if (how == ended_by::receiver) {
    auto value = from.try_receive();
    ASSERT_TRUE(value);
    EXPECT_EQ(value->number(), 1);
  }
  if (how == ended_by::sender) {
    const channel_status sent = to.try_send(counted{books, 9});
    EXPECT_EQ(sent, channel_status::ok);
  }
  if (how == ended_by::permit) permits.back().send(counted{books, 9});
  if (how == ended_by::room) permits.back().release();
}

void expect_end(ended_by how, const both_ways_end& end) {
  EXPECT_EQ(end.closed, how == ended_by::close);
  EXPECT_EQ(end.sent, how == ended_by::receiver || how == ended_by::room);
  EXPECT_EQ(end.got.value_or(0), how == ended_by::sender || how == ended_by::permit ? 9 : 0);
}

// Nothing is in the channel, and permits have all its places: both cases wait.
task<> waits_alone(std::size_t capacity, select_form form, ended_by how, test::ledger& books) {
  auto [tx, rx] = actors::channel<counted>(capacity);
  std::vector<send_permit<counted>> permits;
  while (auto one = tx.try_reserve()) permits.push_back(std::move(one));
  auto alone = spawn(once(form, tx, rx, books));
  while (rx.statistics().waiting_receivers == 0 && !alone.done()) co_await actors::yield();
  EXPECT_EQ(rx.statistics().waiting_senders, 1U) << "it met itself";
  EXPECT_FALSE(alone.done());
  if (how == ended_by::cancellation) {
    auto ending = test::end(alone);
    co_await std::move(ending);
  } else {
    end_wait(how, tx, rx, permits, books);
    const both_ways_end end = co_await alone;
    expect_end(how, end);
  }
  const actors::channel_statistics left = rx.statistics();
  EXPECT_EQ(left.waiting_senders + left.waiting_receivers, 0U);
  EXPECT_EQ(left.size, how == ended_by::room ? 1U : 0U) << "its value is for another receive";
}

TEST_P(select_self, that_is_alone_waits_for_others) {  // S5, S6, C16
  const std::size_t capacity = GetParam().capacity;
  if (capacity == actors::unbounded) return;  // there is always room
  for (const select_form form : test::all_select_forms)
    for (const ended_by how : all_ends) {
      if (capacity == 0 && how == ended_by::room) continue;
      test::ledger books;
      run(waits_alone(capacity, form, how, books));
      books.expect_settled();
    }
}

// Against a model of the channel: a value is received by a later select, when it is its turn.
task<> follows_the_model(select_form form, sender<counted> tx, receiver<counted> rx, test::ledger& books) {
  both_ways party{form, tx, rx, books};
  std::deque<int> there;
  int received = 0;
  for (int i = 0; i != 500; ++i) {
    auto round = party.next(i);
    const both_ways_end end = co_await std::move(round);
    EXPECT_TRUE(end.sent || !there.empty());
    EXPECT_TRUE(end.got || there.size() < tx.capacity());
    if (end.sent) {
      there.push_back(i);
    } else {
      if (there.empty() || end.got != there.front()) co_return ADD_FAILURE() << "round " << i;
      there.pop_front();
      ++received;
    }
    EXPECT_EQ(rx.size(), there.size());
  }
  const bool only_sends = tx.capacity() == actors::unbounded && form == select_form::send_first;
  EXPECT_EQ(received == 0, only_sends);
}

TEST_P(select_self, sends_where_nothing_is_there_and_receives_where_there_is_no_room) {  // S5, S1, C4
  if (GetParam().capacity == 0) return;
  for (const select_form form : test::all_select_forms) {
    test::ledger books;
    auto [tx, rx] = make_channel<counted>();
    run(follows_the_model(form, tx, rx, books));
    tx = {};
    rx = {};
    books.expect_settled();
  }
}

// In a rendezvous each has only the other one.
TEST_P(select_self, two_of_them_meet_each_other) {  // S5, S1, S9, C3, C5
  constexpr int each = 500;
  for (const select_form one : test::all_select_forms)
    for (const select_form other : test::all_select_forms) {
      both_ways_books all{2 * each};
      const auto main = [&]() -> task<> {
        auto [tx, rx] = make_channel<counted>();
        auto first = spawn(goes_both_ways(one, tx, rx, all, 0, each));
        auto second = spawn(goes_both_ways(other, tx, rx, all, each, 2 * each));
        co_await first;
        co_await second;
        all.drain(rx);
      };
      run(main());
      EXPECT_EQ(all.rounds, 2 * each);
      all.expect_balance();
      if (GetParam().capacity == 0) {
        int sent[2] = {0, 0};
        for (std::size_t i = 0; i != all.sent.size(); ++i) sent[i / each] += all.sent[i];
        EXPECT_EQ(sent[0] + sent[1], each) << "of two that meet one sends";
      }
    }
}

// Five, so that one is always left over, until the channel is closed.
TEST_P(select_self, many_of_them_lose_nothing) {  // S5, S1, C5, C7, C9
  constexpr int most = 20'000;
  const int rounds = 2'000 / test::slowness;
  both_ways_books all{5 * most};
  const auto main = [&]() -> task<> {
    auto [tx, rx] = make_channel<counted>();
    std::vector<actors::join_handle<>> parties;
    for (int i = 0; i != 5; ++i)
      parties.push_back(spawn(goes_both_ways(test::all_select_forms[i % 4], tx, rx, all, i * most, (i + 1) * most)));
    const auto working = [&] {
      for (const auto& each : parties)
        if (!each.done()) return true;
      return false;
    };
    while (all.rounds < rounds && working()) co_await actors::yield();
    tx.close();
    for (auto& each : parties) co_await each;
    all.drain(rx);
  };
  run(main());
  all.expect_balance();
}

}  // namespace
