// The values of broadcast channels: when they are copied and destroyed; and streams of them, with every value counted.
#include <actors/actors.hpp>
#include <actors/broadcast.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/workers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using actors::broadcast_receiver;
using actors::broadcast_sender;
using actors::channel_status;
using actors::spawn;
using actors::task;

TEST(broadcast_values, live_until_the_last_receiver_has_taken_them) {  // C12, C21
  test::ledger books;
  {
    auto [tx, rx] = actors::broadcast<test::counted>(8);
    auto slow = rx;
    for (int i = 0; i != 4; ++i) tx.send(test::counted{books, i});
    EXPECT_EQ(books.alive(), 4);
    for (int i = 0; i != 4; ++i) rx.try_receive();
    EXPECT_EQ(books.alive(), 4);
    slow.try_receive();
    EXPECT_EQ(books.alive(), 3);
    auto third = slow;
    slow = {};
    EXPECT_EQ(books.alive(), 3) << "the copy has still to take them";
    third = {};
    EXPECT_EQ(books.alive(), 0);
    tx.send(test::counted{books, 4});
    EXPECT_EQ(rx.try_receive()->number(), 4);
    tx.send(test::counted{books, 5});
  }
  books.expect_settled();
}

TEST(broadcast_values, that_are_lost_to_all_are_destroyed) {  // C12, C27
  test::ledger books;
  auto [tx, rx] = actors::broadcast<test::counted>(2);
  for (int i = 0; i != 10; ++i) tx.send(test::counted{books, i});
  EXPECT_EQ(books.alive(), 2);
}

TEST(broadcast_values, are_copied_for_all_but_the_last) {  // C27
  test::ledger books;
  auto [tx, first] = actors::broadcast<test::counted>(2);
  auto second = first;
  auto third = first;
  tx.send(test::counted{books, 1});
  for (auto* each : {&first, &second, &third}) EXPECT_TRUE(each->try_receive()->holds());
  EXPECT_EQ(books.copied, 2);
}

// Its copies fail as long as it is told so.
struct fragile {
  explicit fragile(int n) : number{n} {}
  fragile(const fragile& other) : number{other.number} {
    if (fails) throw std::runtime_error{"no copy"};
  }
  fragile(fragile&& other) noexcept : number{other.number} {}
  fragile& operator=(const fragile&) = default;
  fragile& operator=(fragile&&) noexcept = default;
  ~fragile() = default;
  int number;
  static inline std::atomic<bool> fails{false};
};

TEST(broadcast_values, whose_copy_throws_are_kept_for_the_next_try) {  // C27, C12
  auto [tx, rx] = actors::broadcast<fragile>(2);
  auto other = rx;
  for (int i = 0; i != 3; ++i) tx.send(fragile{i});
  fragile::fails = true;
  EXPECT_THROW(rx.try_receive(), std::runtime_error);
  tx.send(fragile{3});  // value 1 leaves the ring, but not the receiver that holds it
  tx.send(fragile{4});
  EXPECT_EQ(rx.size(), 3U);
  EXPECT_THROW(
      {
        const fragile mine{9};
        tx.send(mine);
      },
      std::runtime_error);
  auto copy = rx;
  EXPECT_THROW(rx.try_receive(), std::runtime_error);
  fragile::fails = false;
  for (auto* each : {&rx, &copy}) {
    auto got = each->try_receive();
    EXPECT_EQ(got->number, 1);
    EXPECT_EQ(got.missed, 1U);
    got = each->try_receive();
    EXPECT_EQ(got->number, 3) << "value 2 was lost meanwhile";
    EXPECT_EQ(got.missed, 1U);
  }
}

TEST(broadcast_values, whose_copy_throws_in_a_task_leave_it_able_to_go_on) {  // C27
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = actors::broadcast<fragile>(2);
    auto other = rx;
    int got = -1;
    auto waiting = spawn([](broadcast_receiver<fragile> in, int& number) -> task<> {
      bool failed = false;
      try {
        co_await in.receive();
      } catch (const std::runtime_error&) {
        failed = true;
      }
      EXPECT_TRUE(failed);
      fragile::fails = false;
      auto next = co_await in.receive();
      number = next->number;
    }(std::move(rx), got));
    co_await actors::sleep(std::chrono::seconds{1});
    fragile::fails = true;
    tx.send(fragile{7});
    co_await waiting;
    EXPECT_EQ(got, 7);
  });
}

// Looks at its channel when it is destroyed or copied: a deadlock where that happens under the lock.
struct curious {
  explicit curious(const std::function<void()>& at) : look{&at} {}
  curious(const curious& other) : look{other.look} { (*look)(); }
  curious(curious&&) noexcept = default;
  curious& operator=(const curious&) = default;
  curious& operator=(curious&&) noexcept = default;
  ~curious() { (*look)(); }
  const std::function<void()>* look;
};

TEST(broadcast_values, are_copied_and_destroyed_without_the_lock) {  // C12
  std::size_t looks = 0;
  std::function<void()> look = [] {};
  auto [tx, rx] = actors::broadcast<curious>(2);
  look = [&looks, &at = tx] { looks += 1 + at.receivers(); };
  auto slow = rx;
  for (int i = 0; i != 5; ++i) tx.send(curious{look});
  while (rx.try_receive()) {
  }
  slow.try_receive();
  slow = {};
  tx.send(curious{look});
  rx = {};
  EXPECT_EQ(tx.send(curious{look}), 0U);
  EXPECT_GT(looks, 10U);
}

struct alignas(256) aligned {
  std::array<unsigned char, 32 * 1024> bytes;
};

TEST(broadcast_values, may_be_large_and_over_aligned) {  // C15
  auto [tx, rx] = actors::broadcast<aligned>(2);
  auto other = rx;
  aligned value{};
  value.bytes.back() = 7;
  tx.send(value);
  auto got = rx.try_receive();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&*got) % alignof(aligned), 0U);
  EXPECT_EQ(got->bytes.back(), 7);
  EXPECT_EQ(other.try_receive()->bytes.back(), 7);
}

// ---- streams -------------------------------------------------------------------------------------------------------

class broadcast_workers : public test::over_workers {};
ACTORS_OVER_WORKERS(broadcast_workers);

struct tally {
  std::uint64_t received = 0;
  std::uint64_t missed = 0;
  bool ended = false;  ///< false: cancelled before it began
};

task<> send_range(broadcast_sender<test::counted> out, test::ledger& books, int begin, int end) {
  for (int i = begin; i != end; ++i) {
    out.send(test::counted{books, i});
    if (i % 16 == 0) co_await actors::yield();
  }
}

// Receives to the end, and through cancellations, which take nothing. From each sender in its order.
task<> count_all(broadcast_receiver<test::counted> in, tally& all, int each) {
  std::vector<int> last(4, -1);
  for (;;) {
    try {
      auto next = co_await in.receive();
      if (!next) break;
      EXPECT_TRUE(next->holds());
      auto& before = last[static_cast<std::size_t>(next->number() / each)];
      EXPECT_LT(before, next->number());
      before = next->number();
      ++all.received;
      all.missed += next.missed;
    } catch (const actors::cancelled&) {
    }
  }
  all.ended = true;
}

TEST_P(broadcast_workers, received_and_missed_are_what_was_sent) {  // C27, C4, C5, C12, C16
  constexpr int each = 4000;
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{64}, actors::unbounded}) {
    test::ledger books;
    std::vector<tally> all(8);
    run([](std::size_t room, test::ledger& ledger, std::vector<tally>& tallies) -> task<> {
      std::mt19937_64 random{room};
      auto [tx, rx] = actors::broadcast<test::counted>(room);
      std::vector<actors::join_handle<>> receiving;
      std::vector<actors::join_handle<>> sending;
      for (tally& one : tallies) receiving.push_back(spawn(count_all(rx, one, each)));
      rx = {};
      for (int s = 0; s != 4; ++s) sending.push_back(spawn(send_range(tx, ledger, s * each, (s + 1) * each)));
      tx = {};
      for (int i = 0; i != 5; ++i) co_await actors::yield();
      for (auto& one : sending) {
        while (!one.done()) {
          co_await actors::yield();
          if (random() % 4 == 0) receiving[random() % receiving.size()].cancel();
        }
      }
      for (auto& one : receiving) {
        try {
          co_await one;
        } catch (const actors::cancelled&) {  // before it began
        }
      }
    }(capacity, books, all));
    for (const tally& one : all) {
      if (!one.ended) continue;
      EXPECT_EQ(one.received + one.missed, 4U * each);
      EXPECT_TRUE(capacity != actors::unbounded || one.missed == 0);
    }
    books.expect_settled();
  }
}

TEST_P(broadcast_workers, receivers_may_come_and_go) {  // C27, C12
  test::ledger books;
  run([](test::ledger& ledger) -> task<> {
    auto [tx, rx] = actors::broadcast<test::counted>(8);
    std::vector<actors::join_handle<>> tasks;
    for (int t = 0; t != 6; ++t) {
      tasks.push_back(spawn([](broadcast_sender<test::counted> to) -> task<> {
        for (int round = 0; round != 100; ++round) {
          auto mine = to.subscribe();
          auto copy = mine;
          int last = -1;
          for (int i = 0; i != round % 7; ++i) {
            auto next = co_await mine.receive();
            if (!next) co_return;
            EXPECT_LT(last, next->number());
            EXPECT_TRUE(last == -1 || next->number() == last + 1 + static_cast<int>(next.missed));
            last = next->number();
          }
          if (round % 2 == 0) mine = copy;
          copy.try_receive();
          mine.try_receive();
        }
      }(tx)));
    }
    rx = {};
    int number = 0;
    for (auto& each : tasks) {
      while (!each.done()) {
        tx.send(test::counted{ledger, number++});
        co_await actors::yield();
      }
      co_await each;
    }
    EXPECT_EQ(tx.receivers(), 0U);
  }(books));
  books.expect_settled();
}

}  // namespace
