// Selects over one-shot, broadcast and watch channels and permits on real threads, cancelled and closed at any moment:
// every value is counted in and out.
#include <actors/actors.hpp>

#include "support/biased_locks.hpp"
#include "support/counted.hpp"
#include "support/time_limit.hpp"
#include "support/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace {

using actors::broadcast_received;
using actors::broadcast_receiver;
using actors::broadcast_sender;
using actors::cancelled;
using actors::on_change;
using actors::on_receive;
using actors::on_reserve;
using actors::oneshot_receiver;
using actors::oneshot_sender;
using actors::receiver;
using actors::select;
using actors::send_permit;
using actors::sender;
using actors::spawn;
using actors::task;
using actors::watch_receiver;
using actors::watch_sender;
using actors::when;
using test::counted;

class kind_stress : public test::over_workers {};
ACTORS_OVER_WORKERS(kind_stress);

struct books {
  test::ledger values;
  std::atomic<int> started{0};
  std::atomic<int> cancellations{0};
  std::atomic<int> sent{0};
  std::atomic<int> received{0};
  std::atomic<int> answers{0};
  std::atomic<int> no_answers{0};
};

// ---- news, a level and numbers in one select --------------------------------------------------------------------

task<> follows(broadcast_receiver<counted> news, watch_receiver<int> level, receiver<counted> numbers, books& all,
               int expected, int last_level) {
  ++all.started;
  int heard = 0;
  int last = 0;
  bool news_open = true;
  bool level_open = true;
  bool numbers_open = true;
  while (news_open || level_open || numbers_open) {
    try {
      co_await select(when(news_open, on_receive(news,
                                                 [&](broadcast_received<counted> next) {
                                                   news_open = next.value.has_value();
                                                   heard += static_cast<int>(next.missed) + (next ? 1 : 0);
                                                   EXPECT_TRUE(!next || next->holds());
                                                 })),
                      when(level_open, on_change(level,
                                                 [&](bool newer) {
                                                   level_open = newer;
                                                   EXPECT_LE(last, level.get());
                                                   last = level.get();
                                                 })),
                      when(numbers_open, on_receive(numbers, [&](std::optional<counted> next) {
                             numbers_open = next.has_value();
                             all.received += next ? 1 : 0;
                           })));
    } catch (const cancelled&) {
      ++all.cancellations;
    }
  }
  EXPECT_EQ(heard, expected) << "values received, and values that it was told it had missed";
  EXPECT_EQ(last, last_level);
}

// The numbers go by permits, of which some are given back.
task<> tells(broadcast_sender<counted> news, watch_sender<int> level, sender<counted> a, sender<counted> b, books& all,
             int count) {
  ++all.started;
  for (int i = 0; i != count; ++i) {
    news.send(counted{all.values, i});
    level.modify([](int& value) { ++value; });
    try {
      const auto send = [&](send_permit<counted> place) {
        if (i % 5 == 0) return;
        place.send(counted{all.values, i});
        ++all.sent;
      };
      co_await select(on_reserve(a, send), on_reserve(b, send));
      if (i % 3 == 0) co_await actors::yield();
    } catch (const cancelled&) {
      ++all.cancellations;
    }
  }
}

task<> everything(std::size_t capacity, books& all, std::uint64_t seed) {
  constexpr int each = 60;
  std::mt19937_64 random{seed};
  std::vector<actors::join_handle<>> tasks;
  {
    auto [news, listener] = actors::broadcast<counted>(1 + capacity);
    auto [level, follower] = actors::watch(0);
    auto [a, from_a] = actors::channel<counted>(capacity);
    auto [b, from_b] = actors::channel<counted>(capacity);
    for (int i = 0; i != 3; ++i)
      tasks.push_back(spawn(follows(listener, follower, i == 1 ? from_b : from_a, all, 2 * each, 2 * each)));
    for (int i = 0; i != 2; ++i) tasks.push_back(spawn(tells(news, level, a, b, all, each)));
  }
  while (all.started != 5) co_await actors::yield();
  for (int i = 0; i != 2 * each; ++i) {
    tasks[random() % tasks.size()].cancel();
    if (random() % 3 != 0) co_await actors::yield();
  }
  for (auto& task : tasks) co_await task;
}

TEST_P(kind_stress, nothing_is_lost_or_doubled_by_selects_over_all_kinds) {  // S1, S6, C16, C17, C18, C27
  const int rounds = 60 / test::slowness;
  int cancellations = 0;
  for (int round = 0; round != rounds && !HasFailure(); ++round) {
    const test::biased_after few{round % 2 == 0 ? 2U : 1U << 20U};
    books all;
    run(everything(static_cast<std::size_t>(round % 3), all, static_cast<std::uint64_t>(round) + 1));
    EXPECT_EQ(all.sent, all.received);
    all.values.expect_settled();
    cancellations += all.cancellations;
  }
  EXPECT_GT(cancellations, 0);
}

// ---- answers -------------------------------------------------------------------------------------------------------

task<> asks(oneshot_receiver<counted> one, oneshot_receiver<counted> other, books& all) {
  ++all.started;
  bool one_open = true;
  bool other_open = true;
  const auto note = [&](bool& open) {
    return [&all, &open](std::optional<counted> value) {
      open = false;
      ++(value ? all.answers : all.no_answers);
    };
  };
  while (one_open || other_open) {
    try {
      co_await select(when(one_open, on_receive(one, note(one_open))),
                      when(other_open, on_receive(other, note(other_open))));
    } catch (const cancelled&) {
      ++all.cancellations;
    }
  }
}

task<> answers(oneshot_sender<counted> to, books& all, int number) {
  if (number % 4 == 3) co_return;
  if (number % 4 == 2) co_await actors::yield();
  to.send(counted{all.values, number});
  ++all.sent;
}

task<> questions(books& all, int count) {
  std::vector<actors::join_handle<>> tasks;
  for (int i = 0; i != count; ++i) {
    auto [a, from_a] = actors::oneshot<counted>();
    auto [b, from_b] = actors::oneshot<counted>();
    auto asking = spawn(asks(std::move(from_a), std::move(from_b), all));
    tasks.push_back(asking);
    tasks.push_back(spawn(answers(std::move(a), all, i)));
    tasks.push_back(spawn(answers(std::move(b), all, i + 1)));
    while (all.started <= i) co_await actors::yield();
    if (i % 2 == 0) asking.cancel();
  }
  for (auto& each : tasks) co_await each;
}

TEST_P(kind_stress, every_answer_is_had_once) {  // S1, S6, C12, C16, C27
  const int count = 2000 / test::slowness;
  books all;
  run(questions(all, count));
  EXPECT_EQ(all.answers, all.sent);
  EXPECT_EQ(all.answers + all.no_answers, 2 * count);
  all.values.expect_settled();
}

// ---- ends ----------------------------------------------------------------------------------------------------------

// Senders wait until nobody receives, beside what they are sent; receivers come and go meanwhile.
task<> visits(broadcast_sender<int> of, int times) {
  auto known = of.downgrade();
  of = {};
  for (int i = 0; i != times; ++i) {
    const auto strong = known.upgrade();
    if (!strong) co_return;
    auto mine = strong.subscribe();
    co_await actors::yield();
  }
}

task<> deserted(books& all) {
  auto [news, listener] = actors::broadcast<int>(1);
  std::vector<actors::join_handle<>> tasks;
  for (int i = 0; i != 3; ++i) {
    tasks.push_back(spawn([](broadcast_sender<int> of, books& found) -> task<> {
      ++found.started;
      co_await select(actors::on_no_receivers(of, [&] { ++found.answers; }));
    }(news, all)));
    tasks.push_back(spawn(visits(news, 5)));
  }
  while (all.started != 3) co_await actors::yield();
  listener = {};
  news = {};
  for (auto& each : tasks) co_await each;
}

TEST_P(kind_stress, who_waits_for_the_end_of_all_receivers_sees_it) {  // S6, C7, C25, C27
  for (int round = 0; round != 300 / test::slowness; ++round) {
    books all;
    run(deserted(all));
    EXPECT_EQ(all.answers, 3);
  }
}

}  // namespace
