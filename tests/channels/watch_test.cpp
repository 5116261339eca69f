// Watch channels: the latest value, and who waits for a newer one.
#include <actors/actors.hpp>
#include <actors/watch.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/workers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_closed;
using actors::spawn;
using actors::task;
using actors::watch_receiver;
using actors::watch_sender;

task<int> next_of(watch_receiver<int> in) {
  const bool newer = co_await in.changed();
  EXPECT_FALSE(in.has_changed()) << "what it was woken for counts as seen";
  co_return newer ? in.get() : -1;
}

TEST(watch, has_the_latest_value_only) {  // C27
  auto [tx, rx] = actors::watch(1);
  EXPECT_EQ(rx.get(), 1);
  EXPECT_FALSE(rx.has_changed()) << "the first value counts as seen";
  tx.send(2);
  tx.send(3);
  EXPECT_TRUE(rx.has_changed());
  EXPECT_EQ(*rx.borrow(), 3);
  EXPECT_TRUE(rx.has_changed()) << "to look is not to see";
  EXPECT_EQ(*rx.borrow_and_update(), 3);
  EXPECT_FALSE(rx.has_changed());
  EXPECT_EQ(tx.get(), 3);
}

TEST(watch, changed_waits_for_a_value_that_is_newer_than_the_last_one_seen) {  // C27
  test::for_seeds(200, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    std::vector<actors::join_handle<int>> waiting;
    for (int i = 0; i != 3; ++i) waiting.push_back(spawn(next_of(rx)));
    co_await actors::sleep(1s);
    for (const auto& each : waiting) EXPECT_FALSE(each.done());
    tx.send(4);
    for (auto& each : waiting) {
      const int got = co_await each;
      EXPECT_EQ(got, 4);
    }
    const bool at_once = co_await rx.changed();
    EXPECT_TRUE(at_once);
    EXPECT_FALSE(rx.has_changed());
    auto fresh = rx.subscribe();
    auto from_sender = tx.subscribe();
    EXPECT_FALSE(fresh.has_changed() || from_sender.has_changed());
    tx.send(5);
    EXPECT_TRUE(fresh.has_changed() && from_sender.has_changed() && rx.has_changed());
  });
}

TEST(watch, says_closed_once_the_last_value_was_seen_which_can_be_read_for_ever) {  // C27, C8, C11
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    auto other = tx;
    auto waiting = spawn(next_of(rx));
    co_await actors::sleep(1s);
    tx = {};
    co_await actors::sleep(1s);
    EXPECT_FALSE(waiting.done());
    other = {};
    const int end = co_await waiting;
    EXPECT_EQ(end, -1);

    auto [to, from] = actors::watch(0);
    to.send(8);
    to.close();
    to.close();
    const bool last = co_await from.changed();
    EXPECT_TRUE(last);
    for (int i = 0; i != 3; ++i) {
      const bool more = co_await from.changed();
      EXPECT_FALSE(more);
      EXPECT_EQ(from.get(), 8);
    }
    EXPECT_THROW(to.send(9), channel_closed);
    EXPECT_THROW(to.modify([](int& n) { ++n; }), channel_closed);
    EXPECT_EQ(to.get(), 8);
  });
}

TEST(watch, a_poisoned_one_throws_its_reason_once_the_last_value_was_seen) {  // C28
  auto [tx, rx] = actors::watch(0);
  tx.send(1);
  tx.poison(std::make_exception_ptr(std::runtime_error{"poison"}));
  EXPECT_THROW(tx.send(2), std::runtime_error);
  EXPECT_NE(rx.reason(), nullptr);
  test::run_simulated(1, [](watch_receiver<int> in) -> task<> {
    const bool newer = co_await in.changed();
    EXPECT_TRUE(newer);
    bool thrown = false;
    try {
      co_await in.changed();
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(in.get(), 1);
  }(std::move(rx)));
}

TEST(watch, values_are_changed_in_a_copy) {  // C27
  auto [tx, rx] = actors::watch(std::string{"a"});
  const auto before = rx.borrow();
  tx.modify([](std::string& text) { text += 'b'; });
  EXPECT_EQ(*before, "a") << "a share that was borrowed stays as it is";
  EXPECT_EQ(*rx.borrow_and_update(), "ab");
  EXPECT_EQ(before->size(), 1U);
  EXPECT_FALSE(tx.send_if_modified([](std::string& text) {
    text = "lost";
    return false;
  }));
  EXPECT_FALSE(rx.has_changed());
  EXPECT_EQ(rx.get(), "ab");
  EXPECT_TRUE(tx.send_if_modified([](std::string& text) {
    text += 'c';
    return true;
  }));
  EXPECT_TRUE(rx.has_changed());
  EXPECT_THROW(tx.modify([](std::string&) { throw std::runtime_error{"no"}; }), std::runtime_error);
  EXPECT_EQ(rx.get(), "abc");
}

TEST(watch, a_change_may_use_the_channel_and_is_made_again_where_another_was_faster) {  // C27
  auto [tx, rx] = actors::watch(0);
  int calls = 0;
  tx.modify([&, &to = tx](int& n) {
    if (++calls == 1) to.send(10);
    ++n;
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(rx.get(), 11);
}

TEST(watch, empty_endpoints_have_defined_results) {  // C10
  watch_sender<int> tx;
  watch_receiver<int> rx;
  EXPECT_THROW(tx.send(1), channel_closed);
  EXPECT_THROW(tx.modify([](int&) {}), channel_closed);
  EXPECT_THROW(tx.get(), actors::usage_error);
  EXPECT_THROW(rx.borrow(), actors::usage_error);
  EXPECT_THROW(rx.borrow_and_update(), actors::usage_error);
  EXPECT_FALSE(rx.has_changed());
  EXPECT_TRUE(tx.closed());
  EXPECT_TRUE(rx.closed());
  EXPECT_FALSE(tx.subscribe());
  EXPECT_FALSE(rx.subscribe());
  EXPECT_EQ(tx.receivers(), 0U);
  EXPECT_EQ(tx.reason(), nullptr);
  EXPECT_EQ(rx.reason(), nullptr);
  tx.close();
  test::run_simulated(1, []() -> task<> {
    watch_receiver<int> nowhere;
    const bool newer = co_await nowhere.changed();
    EXPECT_FALSE(newer);
    const watch_sender<int> nobody;
    co_await nobody.until_no_receivers();
  }());
}

TEST(watch, a_copy_of_a_receiver_has_seen_the_same) {  // C10, C27
  auto [tx, rx] = actors::watch(0);
  tx.send(1);
  auto copy = rx;
  EXPECT_TRUE(copy.has_changed());
  EXPECT_EQ(*copy.borrow_and_update(), 1);
  EXPECT_TRUE(rx.has_changed()) << "each for itself";
  EXPECT_EQ(tx.receivers(), 2U);
  auto moved = std::move(copy);
  EXPECT_FALSE(copy);  // NOLINT(bugprone-use-after-move): moved from means empty
  EXPECT_FALSE(moved.has_changed());
  moved = rx;
  EXPECT_TRUE(moved.has_changed());
  EXPECT_EQ(tx.receivers(), 2U);
  auto& itself = moved;
  moved = std::move(itself);
  EXPECT_TRUE(moved);
}

TEST(watch, a_sender_can_wait_until_nobody_receives) {  // C27
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    auto other = rx;
    auto waiting = spawn([](watch_sender<int> to) -> task<> { co_await to.until_no_receivers(); }(tx));
    co_await actors::sleep(1s);
    rx = {};
    co_await actors::sleep(1s);
    EXPECT_FALSE(waiting.done());
    other = {};
    co_await waiting;
    tx.send(3);  // nobody receives it now
    EXPECT_EQ(tx.subscribe().get(), 3);
    co_await tx.until_no_receivers();
  });
}

TEST(watch, a_wait_that_was_served_before_its_cancel_returns) {  // C16
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    auto waiting = spawn(next_of(rx));
    co_await actors::sleep(1s);
    tx.send(1);
    waiting.cancel();
    const int got = co_await waiting;
    EXPECT_EQ(got, 1);
  });
}

TEST(watch, a_cancelled_wait_saw_nothing_and_hinders_nobody) {  // C16, C18
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    const auto wait_at = [](watch_receiver<int>& in) -> task<> { co_await in.changed(); };
    auto first = spawn(wait_at(rx));
    auto second = spawn(wait_at(rx));
    auto other = spawn(next_of(rx));
    co_await actors::sleep(1s);
    first.cancel();
    second.cancel();
    tx.send(1);
    co_await actors::sleep(1s);
    EXPECT_TRUE(first.was_cancelled() && second.was_cancelled());
    EXPECT_TRUE(rx.has_changed());
    const int got = co_await other;
    EXPECT_EQ(got, 1);
  });
}

TEST(watch, a_cancel_reaches_a_loop_of_waits_that_are_always_ready) {  // T4
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    auto endless = spawn([](watch_sender<int> to, watch_receiver<int> from) -> task<> {
      for (int i = 0;; ++i) {
        to.send(i);
        co_await from.changed();
      }
    }(tx, rx));
    co_await actors::yield();
    endless.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(endless.was_cancelled());
  });
}

// ---- values --------------------------------------------------------------------------------------------------------

TEST(watch_values, are_destroyed_once_when_nobody_has_them_any_more) {  // C12
  test::ledger books;
  {
    auto [tx, rx] = actors::watch(test::counted{books, 0});
    auto held = rx.borrow();
    for (int i = 1; i != 5; ++i) tx.send(test::counted{books, i});
    EXPECT_EQ(books.alive(), 2) << "the latest, and the one that is held";
    EXPECT_EQ(held->number(), 0);
    const auto same = held;
    held = rx.borrow();
    EXPECT_EQ(same->number() + held->number(), 4);
    tx.close();
    EXPECT_THROW(tx.send(test::counted{books, 9}), channel_closed);
    tx = {};
    rx = {};
    EXPECT_EQ(books.alive(), 2);
  }
  books.expect_settled();
}

TEST(watch_values, may_be_move_only_large_and_over_aligned) {  // C15
  auto [tx, rx] = actors::watch(std::make_unique<int>(1));
  tx.send(std::make_unique<int>(2));
  EXPECT_EQ(**rx.borrow(), 2);
  struct alignas(256) aligned {
    std::array<unsigned char, 32 * 1024> bytes;
  };
  const aligned zeros{};
  auto [to, from] = actors::watch(zeros);
  to.modify([](aligned& value) { value.bytes.back() = 7; });
  const auto got = from.borrow();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&*got) % alignof(aligned), 0U);
  EXPECT_EQ(got->bytes.back(), 7);
}

struct fragile {
  explicit fragile(int n) : number{n} {}
  fragile(const fragile&) { throw std::runtime_error{"no copy"}; }
  fragile(fragile&& other) noexcept : number{other.number} {}
  fragile& operator=(const fragile&) = default;
  fragile& operator=(fragile&&) noexcept = default;
  ~fragile() = default;
  int number = 0;
};

TEST(watch_values, whose_copy_throws_can_be_borrowed) {  // C27
  auto [tx, rx] = actors::watch(fragile{1});
  const fragile another{2};
  EXPECT_THROW(tx.send(another), std::runtime_error);
  EXPECT_THROW(tx.modify([](fragile& value) { value.number = 3; }), std::runtime_error);
  EXPECT_FALSE(rx.has_changed());
  EXPECT_THROW(rx.get(), std::runtime_error);
  EXPECT_EQ(rx.borrow()->number, 1);
}

// Looks at its channel when it is destroyed: a deadlock where that happens under the lock.
struct curious {
  explicit curious(watch_sender<std::unique_ptr<curious>>& at) : where{at} {}
  curious(const curious&) = delete;
  curious& operator=(const curious&) = delete;
  ~curious() { (void)where.receivers(); }
  watch_sender<std::unique_ptr<curious>>& where;
};

TEST(watch_values, are_destroyed_without_the_lock) {  // C12
  auto [made, rx] = actors::watch(std::unique_ptr<curious>{});
  auto& tx = made;
  for (int i = 0; i != 3; ++i) tx.send(std::make_unique<curious>(tx));
  tx.send(nullptr);
}

// ---- on workers ----------------------------------------------------------------------------------------------------

class watch_workers : public test::over_workers {};
ACTORS_OVER_WORKERS(watch_workers);

TEST_P(watch_workers, no_change_is_lost_and_followers_end_with_the_last_value) {  // C27, C16
  constexpr int each = 10'000;
  constexpr int changers = 4;
  run([]() -> task<> {
    auto [tx, rx] = actors::watch(0);
    std::vector<actors::join_handle<int>> following;
    std::vector<actors::join_handle<>> changing;
    for (int i = 0; i != 6; ++i) {
      following.push_back(spawn([](watch_receiver<int> in) -> task<int> {
        int last = 0;
        for (bool open = true; open;) {
          try {
            open = co_await in.changed();
          } catch (const actors::cancelled&) {
          }
          const int now = in.get();
          EXPECT_LE(last, now);
          last = now;
        }
        co_return last;
      }(rx)));
    }
    for (int i = 0; i != changers; ++i) {
      changing.push_back(spawn([](watch_sender<int> to) -> task<> {
        for (int n = 0; n != each; ++n) {
          to.modify([](int& value) { ++value; });
          if (n % 16 == 0) co_await actors::yield();
        }
      }(tx)));
    }
    tx = {};
    for (int i = 0; i != 10; ++i) co_await actors::yield();
    for (std::size_t i = 0; i != changing.size(); ++i) {
      while (!changing[i].done()) {
        following[i].cancel();
        co_await actors::yield();
      }
    }
    EXPECT_EQ(rx.get(), each * changers);
    for (auto& one : following) {
      int last = each * changers;
      try {
        last = co_await one;
      } catch (const actors::cancelled&) {  // before it began
      }
      EXPECT_EQ(last, each * changers);
    }
  }());
}

}  // namespace
