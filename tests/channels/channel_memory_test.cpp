// Channels where there is no memory: nothing is lost, who waits goes on waiting, and is served later.
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/short_of_memory.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace {

struct parcel {
  test::counted_unique value;
  std::size_t items = 1;
};

}  // namespace

template <>
struct actors::item_weight<parcel> {
  static std::size_t of(const parcel& one) noexcept { return one.items; }
};

namespace {

using actors::channel_status;
using actors::join_handle;
using actors::overflow;
using actors::receiver;
using actors::send_permit;
using actors::sender;
using actors::spawn;
using actors::task;
using test::ledger;
using test::short_of_memory;

parcel made(ledger& books, int number, std::size_t items = 1) { return {test::counted_unique{books, number}, items}; }

task<> sends(sender<parcel> to, ledger& books, int number, std::size_t items = 1) {
  co_await to.send(made(books, number, items));
}

task<> until_others_wait() {
  for (int i = 0; i != 4; ++i) co_await actors::yield();
}

/// They wait in this order, each for room for one item.
task<std::vector<join_handle<>>> waiting_senders(sender<parcel> to, ledger& books, int first, int last) {
  std::vector<join_handle<>> all;
  for (int i = first; i != last; ++i) {
    all.push_back(spawn(sends(to, books, i)));
    co_await until_others_wait();
  }
  co_return all;
}

void fill(const sender<parcel>& to, ledger& books, int count) {
  for (int i = 0; i != count; ++i) EXPECT_EQ(to.try_send(made(books, i)), channel_status::ok);
}

void expect_next(const receiver<parcel>& from, int number) {
  auto got = from.try_receive();
  ASSERT_TRUE(got) << "expected " << number;
  EXPECT_EQ(got->value.number(), number);
}

std::size_t waiting(const sender<parcel>& at) { return at.statistics().waiting_senders; }

/// On one worker.
template <class F>
void run_with_books(F main) {
  ledger books;
  actors::run(main(books), {.workers = 1});
  books.expect_settled();
}

// ---- the buffer cannot grow ----------------------------------------------------------------------------------------

// A buffer begins with four slots. The fifth value, for which there was a permit, cannot be put there.
TEST(channel_memory, a_place_that_is_given_back_leaves_the_sender_waiting_where_there_is_none) {  // C12, C17, C18
  run_with_books([](ledger& books) -> task<> {
    auto [tx, rx] = actors::channel<parcel>(5);
    fill(tx, books, 4);
    auto permit = tx.try_reserve();
    const auto senders = co_await waiting_senders(tx, books, 4, 5);
    {
      const short_of_memory now;
      permit.release();
    }
    EXPECT_EQ(waiting(tx), 1U);
    EXPECT_EQ(tx.size(), 4U);
    EXPECT_EQ(tx.statistics().reserved, 0U);
    EXPECT_EQ(tx.try_send(made(books, 9)), channel_status::full) << "one is before it";
    EXPECT_FALSE(tx.try_reserve());
    {
      const short_of_memory still;
      expect_next(rx, 0);
    }
    EXPECT_EQ(waiting(tx), 0U) << "what was received made room for it";
    co_await senders[0];
    for (int i = 1; i != 5; ++i) expect_next(rx, i);
  });
}

TEST(channel_memory, a_receive_serves_the_sender_itself_where_nothing_is_buffered) {  // C12, C17
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{2}, std::size_t{64}})
    run_with_books([=](ledger& books) -> task<> {
      auto [tx, rx] = actors::channel<parcel>(capacity);
      std::vector<send_permit<parcel>> permits;
      while (auto one = tx.try_reserve()) permits.push_back(std::move(one));
      const auto senders = co_await waiting_senders(tx, books, 0, 3);
      {
        const short_of_memory now;
        permits.clear();
      }
      EXPECT_EQ(waiting(tx), 3U);
      EXPECT_EQ(tx.size(), 0U);
      {
        const short_of_memory still;
        for (int i = 0; i != 3; ++i) expect_next(rx, i);
      }
      for (const auto& each : senders) co_await each;
    });
}

TEST(channel_memory, the_next_place_that_is_given_back_admits_all_that_fit) {  // C6, C17
  run_with_books([](ledger& books) -> task<> {
    auto [tx, rx] = actors::channel<parcel>(6);
    fill(tx, books, 4);
    auto one = tx.try_reserve();
    auto two = tx.try_reserve();
    const auto senders = co_await waiting_senders(tx, books, 4, 7);
    {
      const short_of_memory now;
      one.release();
    }
    EXPECT_EQ(waiting(tx), 3U);
    two.release();
    EXPECT_EQ(waiting(tx), 1U);
    co_await senders[0];
    co_await senders[1];
    for (int i = 0; i != 7; ++i) expect_next(rx, i);
    co_await senders[2];
  });
}

TEST(channel_memory, a_permit_that_is_used_admits_the_sender_too) {  // C6, C17
  run_with_books([](ledger& books) -> task<> {
    auto [tx, rx] = actors::channel<parcel>(6);
    fill(tx, books, 4);
    auto one = tx.try_reserve();
    auto two = tx.try_reserve();
    const auto senders = co_await waiting_senders(tx, books, 5, 6);
    {
      const short_of_memory now;
      one.release();
      EXPECT_THROW(two.send(made(books, 4)), std::bad_alloc);
    }
    EXPECT_TRUE(two) << "it has its place still";
    EXPECT_EQ(waiting(tx), 1U);
    two.send(made(books, 4));
    EXPECT_EQ(waiting(tx), 0U);
    co_await senders[0];
    for (int i = 0; i != 6; ++i) expect_next(rx, i);
  });
}

TEST(channel_memory, who_waits_for_a_place_does_not_pass_the_sender) {  // C6, C17
  run_with_books([](ledger& books) -> task<> {
    auto [tx, rx] = actors::channel<parcel>(1);
    auto permit = tx.try_reserve();
    const auto senders = co_await waiting_senders(tx, books, 0, 1);
    const auto reserve = [](sender<parcel> to, ledger& all) -> task<> {
      auto place = co_await to.reserve();
      place.send(made(all, 1));
    };
    auto behind = spawn(reserve(tx, books));
    co_await until_others_wait();
    {
      const short_of_memory now;
      permit.release();
    }
    EXPECT_EQ(waiting(tx), 2U);
    EXPECT_EQ(tx.statistics().reserved, 0U);
    expect_next(rx, 0);
    EXPECT_EQ(tx.statistics().reserved, 1U) << "it is its turn now";
    co_await senders[0];
    co_await behind;
    expect_next(rx, 1);
  });
}

// Also what is heavy and leaves makes room for several: for as many as there is memory.
TEST(channel_memory, one_receive_admits_one_where_there_is_none) {  // C6, C12
  for (const bool permits : {false, true})
    run_with_books([=](ledger& books) -> task<> {
      auto [tx, rx] = actors::channel<parcel>(10);
      if (permits) tx.try_reserve().release();
      EXPECT_EQ(tx.try_send(made(books, 0, 7)), channel_status::ok);
      for (int i = 1; i != 4; ++i) EXPECT_EQ(tx.try_send(made(books, i)), channel_status::ok);
      const auto senders = co_await waiting_senders(tx, books, 4, 8);
      for (int i = 0; i != 8; ++i) {
        const short_of_memory now;
        expect_next(rx, i);
        EXPECT_EQ(waiting(tx), i < 4 ? 3U - static_cast<std::size_t>(i) : 0U);
      }
      for (const auto& each : senders) co_await each;
    });
}

TEST(channel_memory, those_behind_a_heavy_sender_that_leaves_are_admitted_when_there_is_some) {  // C18, C12
  run_with_books([](ledger& books) -> task<> {
    auto [tx, rx] = actors::channel<parcel>(6);
    auto [stop_in, stop] = actors::channel<int>(0);
    fill(tx, books, 4);
    const auto send_or_stop = [](sender<parcel> to, ledger& all, receiver<int> until) -> task<> {
      parcel heavy = made(all, 99, 3);
      const auto sent = [] { ADD_FAILURE() << "there was no room for it"; };
      const auto stopped = [](auto&&) {};
      co_await actors::select(actors::on_send(to, heavy, sent), actors::on_receive(until, stopped));
      EXPECT_TRUE(heavy.value.holds());
    };
    auto leaving = spawn(send_or_stop(tx, books, stop));
    co_await until_others_wait();
    const auto senders = co_await waiting_senders(tx, books, 4, 6);
    EXPECT_EQ(waiting(tx), 3U);
    {
      const short_of_memory now;  // on the one worker, where the select goes on
      EXPECT_EQ(stop_in.try_send(1), channel_status::ok);
      while (!leaving.done()) co_await actors::yield();
    }
    EXPECT_EQ(waiting(tx), 2U);
    expect_next(rx, 0);
    EXPECT_EQ(waiting(tx), 0U);
    for (const auto& each : senders) co_await each;
    for (int i = 1; i != 6; ++i) expect_next(rx, i);
  });
}

// ---- and ends ------------------------------------------------------------------------------------------------------

TEST(channel_memory, a_sender_that_was_not_admitted_can_be_cancelled_and_hands_its_turn_on) {  // C16, C18
  run_with_books([](ledger& books) -> task<> {
    auto [tx, rx] = actors::channel<parcel>(5);
    fill(tx, books, 4);
    auto permit = tx.try_reserve();
    auto senders = co_await waiting_senders(tx, books, 98, 100);
    {
      const short_of_memory now;
      permit.release();
    }
    EXPECT_EQ(waiting(tx), 2U);
    auto first = test::end(senders[0]);
    co_await std::move(first);
    EXPECT_EQ(waiting(tx), 0U) << "there is memory for the one behind it";
    co_await senders[1];
    for (int i = 0; i != 4; ++i) expect_next(rx, i);
    expect_next(rx, 99);
    EXPECT_EQ(rx.try_receive().status, channel_status::empty);
  });
}

TEST(channel_memory, a_sender_that_was_not_admitted_hears_of_the_close) {  // C7, C9
  run_with_books([](ledger& books) -> task<> {
    auto [tx, rx] = actors::channel<parcel>(1);
    auto permit = tx.try_reserve();
    const auto senders = co_await waiting_senders(tx, books, 1, 2);
    {
      const short_of_memory now;
      permit.release();
    }
    rx.close();
    bool closed = false;
    try {
      co_await senders[0];
    } catch (const actors::channel_closed&) {
      closed = true;
    }
    EXPECT_TRUE(closed);
    EXPECT_EQ(rx.try_receive().status, channel_status::closed);
  });
}

// ---- senders that do not wait --------------------------------------------------------------------------------------

TEST(channel_memory, a_send_that_finds_none_changes_nothing) {  // C12, C19
  for (const overflow policy : {overflow::wait, overflow::drop_oldest, overflow::drop_newest, overflow::keep_latest}) {
    ledger books;
    {
      auto [tx, rx] = actors::channel<parcel>(actors::unbounded, policy);
      int failed = 0;
      for (int i = 0; i != 100; ++i) {
        parcel one = made(books, i);
        try {
          const short_of_memory now;
          EXPECT_EQ(tx.try_send(std::move(one)), channel_status::ok);
          continue;
        } catch (const std::bad_alloc&) {
          ++failed;
        }
        ASSERT_TRUE(one.value.holds());  // NOLINT(bugprone-use-after-move): it stays with its owner
        ASSERT_EQ(tx.size(), static_cast<std::size_t>(i));
        ASSERT_EQ(tx.try_send(std::move(one)), channel_status::ok);
      }
      EXPECT_EQ(failed, 6) << "of 4, 8, 16, 32, 64 and 128 slots";
      for (int i = 0; i != 100; ++i) expect_next(rx, i);
    }
    books.expect_settled();
  }
}

// It makes a new buffer, so that the old one can be destroyed without the lock.
TEST(channel_memory, a_send_that_finds_none_drops_nothing) {  // C19, C12
  ledger books;
  {
    auto [tx, rx] = actors::channel<parcel>(3, overflow::keep_latest);
    fill(tx, books, 3);
    parcel latest = made(books, 3);
    bool failed = false;
    try {
      const short_of_memory now;
      tx.try_send(std::move(latest));
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    EXPECT_TRUE(latest.value.holds());  // NOLINT(bugprone-use-after-move): it stays with its owner
    EXPECT_EQ(tx.dropped(), 0U);
    EXPECT_EQ(tx.size(), 3U);
    EXPECT_EQ(tx.try_send(std::move(latest)), channel_status::ok);
    EXPECT_EQ(tx.dropped(), 3U);
    expect_next(rx, 3);
    EXPECT_EQ(rx.try_receive().status, channel_status::empty);
  }
  books.expect_settled();
}

// ---- on several workers --------------------------------------------------------------------------------------------

class channel_memory_stress : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(channel_memory_stress);

task<> sends_all(sender<parcel> to, ledger& books, int first, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(made(books, first + i));
}

task<> reserves_and_releases(sender<parcel> at, int count) {
  for (int i = 0; i != count; ++i) {
    auto place = co_await at.reserve();
    if (i % 4 == 0) co_await actors::yield();
    const short_of_memory now;
    place.release();
  }
}

task<> receives_all(receiver<parcel> from, std::vector<std::atomic<int>>& received) {
  while (auto got = co_await from.receive()) ++received[static_cast<std::size_t>(got->value.number())];
}

// Many short ones: a buffer that has grown needs no memory any more.
TEST_P(channel_memory_stress, places_given_back_without_memory_lose_no_value_and_no_sender) {  // C5, C12, C18
  constexpr int rounds = 300;
  constexpr int count = 4;
  ledger books;
  for (int round = 0; round != rounds; ++round) {
    std::vector<std::atomic<int>> received(3 * count);
    run([](ledger& all, std::vector<std::atomic<int>>& counts) -> task<> {
      auto [tx, rx] = make_channel<parcel>();
      std::vector<join_handle<>> tasks;
      for (int i = 0; i != 2; ++i) tasks.push_back(spawn(reserves_and_releases(tx, count)));
      for (int i = 0; i != 3; ++i) tasks.push_back(spawn(sends_all(tx, all, i * count, count)));
      tx = sender<parcel>{};
      for (int i = 0; i != 2; ++i) tasks.push_back(spawn(receives_all(rx, counts)));
      for (const auto& each : tasks) co_await each;
      EXPECT_EQ(rx.statistics().waiting_senders, 0U);
      EXPECT_EQ(rx.statistics().reserved, 0U);
    }(books, received));
    for (const auto& times : received) ASSERT_EQ(times, 1);
  }
  books.expect_settled();
}

}  // namespace
