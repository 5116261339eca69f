// Selects on real threads, at every kind of source, crossing, cancelled and closed at any moment: every value, permit
// and lock is counted in and out.
#include <actors/actors.hpp>
#include <actors/cases.hpp>
#include <actors/select.hpp>

#include "support/biased_locks.hpp"
#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <stop_token>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using actors::when;

// What became of each number.
struct fates {
  explicit fates(int count) : sent(static_cast<std::size_t>(count)), received(static_cast<std::size_t>(count)) {}
  std::vector<std::atomic<int>> sent;
  std::vector<std::atomic<int>> received;
  std::atomic<int> started{0};
  std::atomic<int> cancellations{0};
  test::ledger books;

  void note(const test::counted& value) {
    EXPECT_TRUE(value.holds());
    ++received[static_cast<std::size_t>(value.number())];
  }
  void expect_exactly_once() const {
    for (std::size_t i = 0; i != sent.size(); ++i) {
      ASSERT_LE(sent[i], 1);
      ASSERT_EQ(sent[i].load(), received[i].load()) << "value " << i << " was sent so often, and received so often";
    }
    books.expect_settled();
  }
};

using in = sender<test::counted>;
using out = receiver<test::counted>;

// Each cancellation ends one select, of which then no case was taken.
task<> sends(in a, in b, fates& all, int first, int last) {
  ++all.started;
  for (int i = first; i != last; ++i) {
    test::counted value{all.books, i};
    try {
      if (i % 3 == 0) co_await actors::yield();
      const auto sent = [&] { ++all.sent[static_cast<std::size_t>(i)]; };
      if (i % 4 == 0) {
        co_await a.send(std::move(value));
        sent();
      } else {
        co_await select(on_send(a, value, sent), on_send(b, value, sent), on_send(a, value, sent));
      }
    } catch (const cancelled&) {
      ++all.cancellations;
    }
  }
}

// Noted before the first wait, which a cancellation may end.
task<> notes(fates& all, test::counted value) {
  all.note(value);
  co_await actors::yield();
}

task<> receives(out a, out b, fates& all, int kind) {
  ++all.started;
  bool a_open = true;
  bool b_open = true;
  const auto plain = [&](bool& open) {
    return [&](std::optional<test::counted> value) { value ? all.note(*value) : void(open = false); };
  };
  const auto suspends = [&](bool& open) {
    return [&](std::optional<test::counted> value) -> task<> {
      if (value) return notes(all, std::move(*value));
      open = false;
      return [](int) -> task<> { co_return; }(0);
    };
  };
  while (a_open || b_open) {
    try {
      if (kind == 0 && a_open) {
        auto value = co_await a.receive();
        value ? all.note(*value) : void(a_open = false);
      } else if (kind == 1) {
        co_await select(when(a_open, on_receive(a, plain(a_open))), when(b_open, on_receive(b, suspends(b_open))),
                        when(a_open, on_receive(a, plain(a_open))));
      } else {
        co_await select(when(b_open, on_receive(b, plain(b_open))), when(a_open, on_receive(a, plain(a_open))),
                        actors::after(1h));
      }
    } catch (const cancelled&) {
      ++all.cancellations;
    }
  }
}

task<> disturbed(std::size_t capacity, fates& all, int each, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::vector<actors::join_handle<>> tasks;
  {
    auto [a_in, a] = actors::channel<test::counted>(capacity);
    auto [b_in, b] = actors::channel<test::counted>(capacity);
    for (int i = 0; i != 4; ++i) {
      tasks.push_back(spawn(i % 2 == 0 ? receives(a, b, all, i) : receives(b, a, all, i)));
      tasks.push_back(spawn(i % 2 == 0 ? sends(a_in, b_in, all, i * each, (i + 1) * each)
                                       : sends(b_in, a_in, all, i * each, (i + 1) * each)));
    }
  }
  while (all.started != 8) co_await actors::yield();
  for (int i = 0; i != 4 * each; ++i) {
    tasks[random() % tasks.size()].cancel();
    if (random() % 3 != 0) co_await actors::yield();
  }
  for (auto& task : tasks) co_await task;
}

class select_stress : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(select_stress);

TEST_P(select_stress, cancellations_lose_no_value_and_double_none) {  // S1, S6, S9, C16, C17, C18
  const int rounds = 40 / test::slowness;
  int cancellations = 0;
  for (int round = 0; round != rounds; ++round) {
    const test::biased_after few{round % 2 == 0 ? 2U : 1U << 20U};
    fates all{4 * 50};
    run(disturbed(GetParam().capacity, all, 50, static_cast<std::uint64_t>(round) + 1));
    all.expect_exactly_once();
    cancellations += all.cancellations;
    if (HasFailure()) return;
  }
  EXPECT_GT(cancellations, 0);
}

// Each both sends what it has and receives: in a ring, where everybody could wait for everybody else.
task<> passes_round(sender<int> to, receiver<int> from, int times, std::int64_t& sum) {
  int sent = 0;
  int received = 0;
  while (sent != times || received != times)
    co_await select(when(sent != times, on_send(to, sent + 1, [&] { ++sent; })),
                    when(received != times, on_receive(from, [&](std::optional<int> v) {
                           ++received;
                           sum += *v;
                         })));
}

class select_on_threads : public testing::TestWithParam<unsigned> {
 protected:
  static void run(task<> main) { actors::run(std::move(main), {.workers = GetParam()}); }
};
INSTANTIATE_TEST_SUITE_P(workers, select_on_threads, testing::Values(1U, 2U, 4U));

TEST_P(select_on_threads, crossing_selects_never_deadlock) {  // S9, S1
  constexpr int times = 3000;
  const auto ring = [](std::size_t size) -> task<> {
    std::vector<std::int64_t> sums(size);
    std::vector<actors::join_handle<>> all;
    {
      std::vector<sender<int>> ins;
      std::vector<receiver<int>> outs;
      for (std::size_t i = 0; i != size; ++i) {
        auto [tx, rx] = actors::channel<int>(0);
        ins.push_back(tx);
        outs.push_back(rx);
      }
      for (std::size_t i = 0; i != size; ++i)
        all.push_back(spawn(passes_round(ins[i], outs[(i + 1) % size], times, sums[i])));
    }
    for (auto& each : all) co_await each;
    for (const std::int64_t sum : sums) EXPECT_EQ(sum, std::int64_t{times} * (times + 1) / 2);
  };
  for (const std::size_t size : {std::size_t{2}, std::size_t{3}, std::size_t{5}}) run(ring(size));
}

// Locks, permits and values: what a select got is counted while it has it, and comes back.
struct books {
  actors::mutex one;
  actors::semaphore permits{2, 2};
  actors::event signal;
  std::atomic<int> inside{0};
  std::atomic<int> in_use{0};
  std::atomic<int> values{0};
  std::atomic<int> received{0};
  std::atomic<int> started{0};
};

task<> has_the_lock(books& all, [[maybe_unused]] actors::mutex::guard guard) {
  EXPECT_EQ(++all.inside, 1);
  try {
    co_await actors::yield();
  } catch (const cancelled&) {
    --all.inside;
    throw;
  }
  --all.inside;
}
task<> has_permits(books& all, actors::semaphore::permit permit) {
  const int count = static_cast<int>(permit.count());
  EXPECT_LE(all.in_use += count, 2);
  try {
    co_await actors::yield();
  } catch (const cancelled&) {
    all.in_use -= count;
    throw;
  }
  all.in_use -= count;
}
task<> counts(books& all) {
  ++all.received;
  co_return;
}
task<> nothing() { co_return; }

task<> uses(books& all, receiver<int> from, int times, int number) {
  ++all.started;
  for (int i = 0; i != times; ++i) {
    try {
      co_await select(actors::on_lock(all.one, [&](actors::mutex::guard g) { return has_the_lock(all, std::move(g)); }),
                      actors::on_acquire(all.permits, static_cast<std::size_t>(1 + (i + number) % 2),
                                         [&](actors::semaphore::permit p) { return has_permits(all, std::move(p)); }),
                      on_receive(from, [&](std::optional<int> v) { return v ? counts(all) : nothing(); }),
                      when(i % 5 == 0, actors::on_set(all.signal, [] { return nothing(); })));
    } catch (const cancelled&) {
    }
  }
}

TEST_P(select_on_threads, locks_and_permits_come_back_from_whatever_happens) {  // S3, S6, Q4
  const auto main = []() -> task<> {
    books all;
    std::vector<actors::join_handle<>> tasks;
    auto [tx, rx] = actors::channel<int>(1);
    for (int i = 0; i != 5; ++i) tasks.push_back(spawn(uses(all, rx, 600, i)));
    while (all.started != 5) co_await actors::yield();
    std::mt19937_64 random{7};
    const auto ended = [&] {
      for (const auto& each : tasks)
        if (!each.done()) return false;
      return true;
    };
    while (!ended()) {
      switch (random() % 6) {
        case 0:
          all.signal.set();
          break;
        case 1:
          all.signal.clear();
          break;
        case 2:
          if (tx.try_send(1) == actors::channel_status::ok) ++all.values;
          break;
        case 3:
          tasks[random() % tasks.size()].cancel();
          break;
        default:
          co_await actors::yield();
      }
    }
    for (auto& each : tasks) co_await each;
    while (rx.try_receive()) ++all.received;
    EXPECT_EQ(all.received, all.values);
    EXPECT_TRUE(all.one.try_lock());
    EXPECT_EQ(all.permits.available(), 2U);
    EXPECT_EQ(all.inside, 0);
    EXPECT_EQ(all.in_use, 0);
  };
  run(main());
}

// Ends of tasks, timers and stops that come at the moment of a delivery.
TEST_P(select_on_threads, ends_timers_and_stops_come_at_the_moment_of_a_delivery) {  // S1, S3
  const auto main = []() -> task<> {
    int by_value = 0;
    int by_others = 0;
    for (int round = 0; round != 1000; ++round) {
      auto [tx, rx] = actors::channel<int>(0);
      std::stop_source stop;
      auto ending = spawn([]() -> task<> { co_await actors::yield(); }());
      auto stopping = spawn([](std::stop_source& from) -> task<> {
        from.request_stop();
        co_return;
      }(stop));
      auto sending = spawn([](sender<int> to) -> task<> { co_await to.send(1); }(std::move(tx)));
      const int got = co_await select(on_receive(rx, [](std::optional<int>) { return 0; }),
                                      actors::on_done(ending, [] { return 1; }),
                                      actors::on_stop(stop.get_token(), [] { return 2; }),
                                      actors::after(std::chrono::microseconds{round % 20}, [] { return 3; }));
      ++(got == 0 ? by_value : by_others);
      if (got != 0) {
        const std::optional<int> value = co_await rx.receive();
        EXPECT_EQ(value, 1) << "it is still to be had where another case won";
      }
      co_await sending;
      co_await ending;
      co_await stopping;
    }
    EXPECT_EQ(by_value + by_others, 1000);
  };
  run(main());
}

// Senders are woken by a close in the middle of the traffic; what was sent is received.
TEST_P(select_on_threads, a_close_in_the_middle_loses_nothing_that_was_sent) {  // S7, C7, C8, C9, C12
  for (int round = 0; round != 200 / test::slowness; ++round) {
    fates all{100};
    const auto main = [](fates& f, std::size_t capacity) -> task<> {
      std::vector<actors::join_handle<>> tasks;
      auto [a_in, a] = actors::channel<test::counted>(capacity);
      auto [b_in, b] = actors::channel<test::counted>(capacity);
      for (int i = 0; i != 2; ++i) {
        tasks.push_back(spawn([](in x, in y, fates& all_of, int first) -> task<> {
          try {
            co_await sends(std::move(x), std::move(y), all_of, first, first + 50);
          } catch (const actors::channel_closed&) {
          }
        }(i == 0 ? a_in : b_in, i == 0 ? b_in : a_in, f, i * 50)));
        tasks.push_back(spawn(receives(a, b, f, i + 1)));
      }
      a_in = {};
      b_in = {};
      for (int i = 0; i != 10; ++i) co_await actors::yield();
      a.close();
      b.close();
      for (auto& each : tasks) co_await each;
    };
    run(main(all, static_cast<std::size_t>(round % 3)));
    all.expect_exactly_once();
    if (HasFailure()) return;
  }
}

}  // namespace
