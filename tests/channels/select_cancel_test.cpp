// A select that is cancelled: alone, in a group, under a limit of time, before, while and after it is served.
#include <actors/actors.hpp>
#include <actors/cases.hpp>
#include <actors/select.hpp>
#include <actors/task_group.hpp>
#include <actors/timeout.hpp>
#include <actors/wait_for.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;

constexpr std::array<unsigned, 3> worker_counts{1, 2, 4};

task<> others_wait() {
  for (int i = 0; i != 4; ++i) co_await actors::yield();
}

task<> at_both(receiver<int> from, sender<int> to, int& received, bool& sent) {
  co_await select(on_receive(from, [&](auto v) { received = *v; }), on_send(to, 9, [&] { sent = true; }));
}

TEST(select_cancel, leaves_nothing_behind) {  // S6, C16, C18
  actors::run(
      []() -> task<> {
        auto [a_in, a] = actors::channel<int>(0);
        auto [b_in, b] = actors::channel<int>(0);
        int received = 0;
        bool sent = false;
        auto waiting = spawn(at_both(a, b_in, received, sent));
        co_await others_wait();
        waiting.cancel();
        // It is still listed, but waits no more: nobody can meet it.
        EXPECT_EQ(a_in.try_send(1), actors::channel_status::full);
        EXPECT_FALSE(b.try_receive());
        co_await others_wait();
        EXPECT_TRUE(waiting.was_cancelled());
        EXPECT_EQ(a_in.try_send(1), actors::channel_status::full);
        EXPECT_FALSE(b.try_receive());
        EXPECT_EQ(received, 0);
        EXPECT_FALSE(sent);
      }(),
      {.workers = 1});
}

// Decided by one channel, and not yet run: it is in nobody's way at the other one.
TEST(select_cancel, a_case_that_lost_hands_its_turn_on_at_once) {  // S6, C18
  actors::run(
      []() -> task<> {
        auto [a_in, a] = actors::channel<int>(0);
        auto [b_in, b] = actors::channel<int>(0);
        int first = 0;
        int second = 0;
        const auto takes = [](receiver<int> x, receiver<int> y, int& got) -> task<> {
          co_await select(on_receive(x, [&](auto v) { got = *v; }), on_receive(y, [&](auto v) { got = *v; }));
        };
        auto one = spawn(takes(a, b, first));
        co_await others_wait();
        auto two = spawn(takes(b, a, second));
        co_await others_wait();
        EXPECT_EQ(a_in.try_send(1), actors::channel_status::ok);
        EXPECT_EQ(b_in.try_send(2), actors::channel_status::ok);
        EXPECT_EQ(b_in.try_send(3), actors::channel_status::full);
        co_await one;
        co_await two;
        EXPECT_EQ(first, 1);
        EXPECT_EQ(second, 2);
        // The same of sends: the front of those who wait to send was served elsewhere, and keeps nobody out.
        auto [c_in, c] = actors::channel<int>(1);
        c_in.try_send(0);
        bool sent = false;
        int received = 0;
        auto three = spawn(at_both(a, c_in, received, sent));
        co_await others_wait();
        EXPECT_EQ(a_in.try_send(4), actors::channel_status::ok);
        EXPECT_TRUE(c.try_receive());
        EXPECT_EQ(c_in.try_send(5), actors::channel_status::ok);
        co_await three;
        EXPECT_EQ(received, 4);
        EXPECT_FALSE(sent);
      }(),
      {.workers = 1});
}

TEST(select_cancel, before_it_begins_takes_nothing) {  // T4, C16
  actors::run(
      []() -> task<> {
        auto [in, out] = actors::channel<int>(1);
        sender<int> none_in;
        receiver<int> none;
        std::tie(none_in, none) = actors::channel<int>(0);
        const auto main = [&]() -> task<> {
          try {
            co_await actors::sleep(1h);
          } catch (const actors::cancelled&) {
          }
          co_await actors::yield();
          co_await select(on_receive(none, [](auto&&) {}));
        };
        auto waiting = spawn(main());
        co_await others_wait();
        waiting.cancel();
        waiting.cancel();
        co_await others_wait();
        EXPECT_FALSE(waiting.done()) << "two requests are one cancellation";
        waiting.cancel();
        co_await others_wait();
        EXPECT_TRUE(waiting.was_cancelled());
      }(),
      {.workers = 1});
}

TEST(select_cancel, by_a_group_or_a_limit_of_time_ends_the_wait) {  // G5, G7, G8, T6
  for (const unsigned workers : worker_counts) {
    actors::run(
        []() -> task<> {
          sender<int> in;
          receiver<int> out;
          std::tie(in, out) = actors::channel<int>(0);
          sender<int> back_in;
          receiver<int> back;
          std::tie(back_in, back) = actors::channel<int>(0);
          const auto waits = [&]() -> task<> { co_await select(on_receive(out, [](auto&&) {}), on_send(back_in, 1)); };
          bool failed = false;
          try {
            co_await actors::with_group([&](actors::task_group& group) -> task<> {
              group.spawn(waits());
              group.spawn(waits());
              co_await actors::yield();
              throw std::out_of_range{"body"};
            });
          } catch (const std::out_of_range&) {
            failed = true;
          }
          EXPECT_TRUE(failed);
          int late = 0;
          try {
            co_await actors::wait_for(waits(), 1ms);
          } catch (const actors::timed_out&) {
            ++late;
          }
          try {
            co_await actors::with_timeout(1ms, waits);
          } catch (const actors::timed_out&) {
            ++late;
          }
          EXPECT_EQ(late, 2);
          EXPECT_EQ(in.try_send(1), actors::channel_status::full);
          EXPECT_FALSE(back.try_receive());
        }(),
        {.workers = workers});
  }
}

// A limit that has passed does not take away what is ready.
TEST(select_cancel, a_limit_that_has_passed_still_takes_what_is_ready) {  // C23
  actors::run(
      []() -> task<> {
        sender<int> in;
        receiver<int> out;
        std::tie(in, out) = actors::channel<int>(1);
        in.try_send(1);
        const auto takes = [&]() -> task<int> {
          const std::optional<int> value = co_await select(on_receive(out));
          co_return *value;
        };
        const int value = co_await actors::wait_for(takes(), 0ms);
        EXPECT_EQ(value, 1);
      }(),
      {.workers = 1});
}

// The last receiver is another one than that which the select refers to; the last sender goes while it waits.
TEST(select_cancel, the_last_sender_that_goes_ends_the_wait) {  // C11, S7
  for (const unsigned workers : worker_counts) {
    actors::run(
        []() -> task<> {
          auto [a_in, a] = actors::channel<int>(2);
          auto [b_in, b] = actors::channel<int>(2);
          auto leaving = spawn([](sender<int> end) -> task<> {
            co_await actors::yield();
            co_await end.send(1);
          }(std::move(a_in)));
          std::vector<std::optional<int>> got;
          for (int i = 0; i != 2; ++i) {
            const std::optional<int> value = co_await select(on_receive(a), on_receive(b));
            got.push_back(value);
          }
          EXPECT_EQ(got[0], 1);
          EXPECT_EQ(got[1], std::nullopt);
          co_await leaving;
          a = {};
        }(),
        {.workers = workers});
  }
}

TEST(select_cancel, a_value_of_a_select_that_was_cancelled_is_destroyed_once) {  // C12, C17
  test::ledger books;
  const auto main = [](test::ledger& all) -> task<> {
    sender<test::counted> in;
    receiver<test::counted> out;
    std::tie(in, out) = actors::channel<test::counted>(0);
    for (int i = 0; i != 100; ++i) {
      const auto sends = [&]() -> task<> {
        co_await select(on_send(in, test::counted{all, i}), on_send(in, test::counted{all, i}));
      };
      auto one = spawn(sends());
      if (i % 2 == 0) co_await actors::yield();
      one.cancel();
      const auto value = out.try_receive();
      try {
        co_await one;
        EXPECT_TRUE(value);
      } catch (const actors::cancelled&) {
        EXPECT_FALSE(value);
      }
    }
  };
  for (const unsigned workers : worker_counts) actors::run(main(books), {.workers = workers});
  books.expect_settled();
}

}  // namespace
