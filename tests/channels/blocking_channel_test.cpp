// Channels and selects from plain threads.
#include <actors/actors.hpp>
#include <actors/blocking_channel.hpp>
#include <actors/blocking_select.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::after;
using actors::at;
using actors::biased;
using actors::blocking_receive;
using actors::blocking_receive_for;
using actors::blocking_select;
using actors::blocking_send;
using actors::blocking_send_for;
using actors::channel_status;
using actors::on_receive;
using actors::on_send;
using actors::task;
using actors::when;
using clock = std::chrono::steady_clock;

class blocking_channel : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(blocking_channel);

task<> square(actors::receiver<int> in, actors::sender<int> out) {
  while (auto value = co_await in.receive()) co_await out.send(*value * *value);
}

TEST_P(blocking_channel, a_thread_and_a_task_exchange_values_in_order) {  // C24, C4
  actors::runtime here{{.workers = GetParam().workers}};
  auto [to, in] = make_channel<int>();
  auto [out, from] = make_channel<int>();
  auto working = here.spawn(square(std::move(in), std::move(out)));
  std::thread feeding{[sending = std::move(to)] {
    for (int i = 0; i != 500; ++i) blocking_send(sending, i);
  }};
  for (int i = 0; i != 500; ++i) EXPECT_EQ(blocking_receive(from), i * i);
  feeding.join();
  EXPECT_EQ(blocking_receive(from), std::nullopt);  // C8
  working.get();
}

TEST_P(blocking_channel, without_a_runtime) {  // C24
  auto [tx, rx] = make_channel<std::unique_ptr<int>>();
  std::thread feeding{[sending = std::move(tx)] {
    for (int i = 0; i != 500; ++i) blocking_send(sending, std::make_unique<int>(i));
  }};
  std::vector<std::unique_ptr<int>> got;
  for (std::size_t more = 1; more != 0;) {
    more = actors::blocking_receive_many(rx, got, 7);
    EXPECT_LE(more, 7U);
  }
  ASSERT_EQ(got.size(), 500U);
  for (std::size_t i = 0; i != 500; ++i) EXPECT_EQ(*got[i], static_cast<int>(i));
  feeding.join();
}

TEST(blocking_channel, limits_of_time_end_the_wait_and_never_early) {  // C23, C24
  auto [tx, rx] = actors::channel<std::unique_ptr<int>>(1);
  clock::time_point begin = clock::now();
  EXPECT_EQ(blocking_receive_for(rx, 2ms).status, channel_status::empty);
  EXPECT_GE(clock::now() - begin, 2ms);
  begin = clock::now();
  EXPECT_EQ(actors::blocking_receive_until(rx, begin + 2ms).status, channel_status::empty);
  EXPECT_GE(clock::now() - begin, 2ms);
  std::vector<std::unique_ptr<int>> batch;
  EXPECT_EQ(actors::blocking_receive_many_for(rx, batch, 3, 1ms).status, channel_status::empty);

  EXPECT_EQ(blocking_send_for(tx, std::make_unique<int>(1), -1s), channel_status::ok);
  auto mine = std::make_unique<int>(2);
  begin = clock::now();
  EXPECT_EQ(blocking_send_for(tx, mine, 2ms), channel_status::full);
  EXPECT_EQ(actors::blocking_send_until(tx, std::move(mine), begin + 4ms), channel_status::full);
  EXPECT_GE(clock::now() - begin, 4ms);
  ASSERT_NE(mine, nullptr);  // not sent: it is still there
  EXPECT_EQ(*mine, 2);
  EXPECT_EQ(*blocking_receive_for(rx, 0s)->get(), 1);
  EXPECT_EQ(actors::blocking_send_until(tx, mine, begin), channel_status::ok);
  EXPECT_EQ(mine, nullptr);
  const auto found = actors::blocking_receive_many_until(rx, batch, 3, begin);
  EXPECT_EQ(found.status, channel_status::ok);
  EXPECT_EQ(found.count, 1U);
  EXPECT_EQ(*batch.at(0), 2);
}

TEST(blocking_channel, closed_and_empty_endpoints) {  // C8, C9, C10, C24
  actors::sender<int> no_sender;
  actors::receiver<int> no_receiver;
  std::vector<int> batch;
  EXPECT_EQ(blocking_receive(no_receiver), std::nullopt);
  EXPECT_EQ(blocking_receive_for(no_receiver, 1h).status, channel_status::closed);
  EXPECT_EQ(actors::blocking_receive_many(no_receiver, batch, 2), 0U);
  EXPECT_EQ(actors::blocking_receive_many_for(no_receiver, batch, 2, 1h).status, channel_status::closed);
  EXPECT_THROW(blocking_send(no_sender, 1), actors::channel_closed);
  EXPECT_EQ(blocking_send_for(no_sender, 1, 1h), channel_status::closed);
  auto [tx, rx] = actors::channel<int>(4);
  blocking_send(tx, 1);
  EXPECT_EQ(actors::blocking_receive_many(rx, batch, 0), 0U);
  tx.close();
  EXPECT_THROW(blocking_send(tx, 1), actors::channel_closed);
  EXPECT_EQ(blocking_send_for(tx, 1, 1h), channel_status::closed);
  EXPECT_EQ(blocking_receive(rx), 1);
  EXPECT_EQ(blocking_receive_for(rx, 1h).status, channel_status::closed);
}

TEST(blocking_channel, both_sides_throw_the_error_that_the_channel_was_closed_with) {  // C28, C24
  auto [tx, rx] = actors::channel<int>(0);
  tx.poison(std::make_exception_ptr(std::domain_error{"broken"}));
  EXPECT_THROW(blocking_receive(rx), std::domain_error);
  EXPECT_THROW(blocking_receive_for(rx, 1h), std::domain_error);
  EXPECT_THROW(blocking_send(tx, 1), std::domain_error);
}

TEST(blocking_channel, const_values_are_copied_and_others_moved_when_sent) {  // C17
  auto [tx, rx] = actors::channel<std::vector<int>>(4);
  const std::vector<int> kept{1, 2};
  blocking_send(tx, kept);
  EXPECT_EQ(blocking_send_for(tx, kept, 0s), channel_status::ok);
  EXPECT_EQ(kept.size(), 2U);
  std::vector<int> given{3};
  blocking_send(tx, given);
  EXPECT_TRUE(given.empty());
  EXPECT_EQ(blocking_receive(rx), kept);
}

TEST(blocking_channel, workers_are_refused) {  // C24
  actors::run([]() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    std::vector<int> batch;
    EXPECT_THROW(blocking_send(tx, 1), actors::usage_error);
    EXPECT_THROW(blocking_send_for(tx, 1, 0s), actors::usage_error);
    EXPECT_THROW(blocking_receive(rx), actors::usage_error);
    EXPECT_THROW(blocking_receive_for(rx, 0s), actors::usage_error);
    EXPECT_THROW(actors::blocking_receive_many(rx, batch, 0), actors::usage_error);
    EXPECT_THROW(blocking_select(on_receive(rx)), actors::usage_error);
    actors::select_set set;
    set.add(rx, [](std::optional<int>) {});
    EXPECT_THROW(actors::blocking_next(set), actors::usage_error);
    EXPECT_EQ(rx.size(), 0U);
    co_return;
  }());
}

TEST(blocking_select, does_what_is_possible_and_gives_what_its_handler_gives) {  // C24, S1, S7
  auto [a_in, a] = actors::channel<int>(1);
  auto [b_in, b] = actors::channel<int>(1);
  blocking_send(b_in, 3);
  const auto twice = [](std::optional<int> value) { return 2 * value.value_or(50); };
  EXPECT_EQ(blocking_select(on_receive(a, twice), on_receive(b, twice)), 6);
  blocking_send(a_in, 1);
  blocking_send(b_in, 2);
  EXPECT_EQ(blocking_select(biased, on_receive(a, twice), on_receive(b, twice)), 2);
  EXPECT_EQ(blocking_select(when(false, on_receive(b, twice)), actors::otherwise([] { return -1; })), -1);
  EXPECT_EQ(blocking_select(on_receive(b, twice), actors::otherwise([] { return -1; })), 4);
  a_in.close();
  EXPECT_EQ(blocking_select(on_receive(a, twice), on_receive(b, twice)), 100);
}

TEST(blocking_select, the_earliest_timer_wins_where_nothing_else_comes) {  // C24, S3
  auto [tx, rx] = actors::channel<int>(1);
  const clock::time_point begin = clock::now();
  const auto gives = [](int n) { return [n] { return n; }; };
  const int first = blocking_select(on_receive(rx, [](std::optional<int>) { return 0; }), after(1h, gives(1)),
                                    at(begin + 3ms, gives(2)), after(3s, gives(3)), when(false, after(1ms, gives(4))));
  EXPECT_EQ(first, 2);
  EXPECT_GE(clock::now() - begin, 3ms);
  EXPECT_EQ(blocking_select(biased, on_receive(rx, [](std::optional<int>) { return 0; }), after(-1s, gives(1)),
                            at(begin, gives(2))),
            1);
  blocking_send(tx, 7);
  EXPECT_EQ(blocking_select(biased, on_receive(rx, [](std::optional<int> got) { return *got; }), after(0s, gives(1))),
            7);
  EXPECT_EQ(blocking_select(biased, after(0s, gives(1)), on_receive(rx, [](std::optional<int> got) { return *got; })),
            1);
}

TEST(blocking_select, timers_that_are_due_are_as_likely_as_other_cases) {  // S2
  auto [tx, rx] = actors::channel<int>(1);
  blocking_send(tx, 7);
  int timers = 0;
  for (int i = 0; i != 200; ++i) {
    timers += blocking_select(on_receive(rx, [&](std::optional<int>) { return 0; }), after(0s, [] { return 1; }));
    if (rx.size() == 0) blocking_send(tx, 7);
  }
  EXPECT_GT(timers, 20);
  EXPECT_LT(timers, 180);
}

TEST(blocking_select, waits_for_tasks_locks_and_tokens) {  // C24, S3
  actors::runtime here{{.workers = 2}};
  actors::event open;
  auto waiting = here.spawn([](actors::event& gate) -> task<int> {
    co_await gate.wait();
    co_return 5;
  }(open));
  actors::semaphore none{0};
  std::stop_source stop;
  const auto gives = [](int n) { return [n] { return n; }; };
  const auto told = [](const actors::join_handle<int>& ended) { return ended.result(); };
  const auto got = [](actors::semaphore::permit) { return 6; };
  const auto wait = [&] {
    return blocking_select(on_done(waiting, told), on_acquire(none, got), actors::on_stop(stop.get_token(), gives(7)),
                           after(1h, gives(8)));
  };
  std::thread other{[&] { stop.request_stop(); }};
  EXPECT_EQ(wait(), 7);
  other.join();
  stop = {};
  other = std::thread{[&] { none.release(); }};
  EXPECT_EQ(wait(), 6);
  EXPECT_EQ(wait(), 6);  // the permit came back with the handler's end
  const actors::semaphore::permit held = none.blocking_acquire();
  other.join();
  other = std::thread{[&] { open.set(); }};
  EXPECT_EQ(wait(), 5);
  other.join();
}

TEST(blocking_select, what_cases_and_handlers_throw) {  // S7, C9
  auto [tx, rx] = actors::channel<int>(1);
  EXPECT_THROW(blocking_select(on_send(tx, 1, [] { throw std::range_error{"no"}; })), std::range_error);
  tx.close();
  EXPECT_THROW(blocking_select(on_send(tx, 1), after(1h)), actors::channel_closed);
}

// ---- many at once: threads and tasks on both sides ----

struct books {
  explicit books(std::size_t count) : sent(count), received(count) {}
  std::vector<std::atomic<int>> sent;
  std::vector<std::atomic<int>> received;
  test::ledger values;
};

void send_numbers(const actors::sender<test::counted>& to, books& all, int begin, int end) {
  std::minstd_rand random{static_cast<unsigned>(begin) + 1};
  for (int i = begin; i != end;) {
    test::counted value{all.values, i};
    const auto status = blocking_send_for(to, value, std::chrono::microseconds{random() % 40});
    EXPECT_EQ(value.holds(), status != channel_status::ok);
    if (status == channel_status::ok) ++all.sent[static_cast<std::size_t>(i++)];
  }
}

void receive_numbers(const actors::receiver<test::counted>& a, const actors::receiver<test::counted>& b, books& all) {
  const auto take = [&](std::optional<test::counted> value) {
    if (value) ++all.received[static_cast<std::size_t>(value->number())];
    return value.has_value();
  };
  while (blocking_select(on_receive(a, take), on_receive(b, take), after(20us, [] { return true; }))) {
  }
  while (auto rest = blocking_receive(a)) take(std::move(rest));
  while (auto rest = blocking_receive(b)) take(std::move(rest));
}

task<> receive_in_a_task(actors::receiver<test::counted> from, books& all) {
  while (auto value = co_await from.receive()) ++all.received[static_cast<std::size_t>(value->number())];
}

TEST_P(blocking_channel, no_value_is_lost_or_doubled_between_threads_and_tasks) {  // C5, C24
  const int rounds = 4 / test::slowness;
  for (int round = 0; round != rounds; ++round) {
    constexpr int each = 1000;
    books all{4 * each};
    {
      actors::runtime here{{.workers = GetParam().workers}};
      auto [a_in, a] = make_channel<test::counted>();
      auto [b_in, b] = make_channel<test::counted>();
      std::vector<std::thread> threads;
      for (int i = 0; i != 4; ++i) {
        threads.emplace_back(
            [&all, i, to = i % 2 == 0 ? a_in : b_in] { send_numbers(to, all, i * each, (i + 1) * each); });
      }
      for (int i = 0; i != 2; ++i) threads.emplace_back([&all, x = a, y = b] { receive_numbers(x, y, all); });
      auto task = here.spawn(receive_in_a_task(a, all));
      a_in = {};
      b_in = {};
      for (auto& thread : threads) thread.join();
      task.get();
    }
    for (std::size_t i = 0; i != all.sent.size(); ++i) {
      ASSERT_EQ(all.sent[i], 1) << i;
      ASSERT_EQ(all.received[i], 1) << i;
    }
    all.values.expect_settled();
  }
}

}  // namespace
