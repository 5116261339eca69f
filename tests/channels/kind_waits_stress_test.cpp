// One-shot, broadcast and watch channels on real threads, waited for in other ways than a plain receive: with limits of
// time, in a kept set, from plain threads; cancelled while values come, and closed in the middle. Every value is
// counted in and out, or counted as missed.
#include <actors/actors.hpp>

#include "support/biased_locks.hpp"
#include "support/counted.hpp"
#include "support/time_limit.hpp"
#include "support/workers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace {

using actors::broadcast_received;
using actors::broadcast_receiver;
using actors::broadcast_sender;
using actors::cancelled;
using actors::channel_status;
using actors::oneshot_receiver;
using actors::oneshot_sender;
using actors::select_key;
using actors::select_set;
using actors::spawn;
using actors::task;
using actors::watch_receiver;
using actors::watch_sender;
using test::counted;

class kind_waits : public test::over_workers {};
ACTORS_OVER_WORKERS(kind_waits);

struct books {
  test::ledger values;
  std::atomic<int> started{0};
  std::atomic<int> cancellations{0};
  std::atomic<int> sent{0};     ///< to each receiver of the news
  std::atomic<int> answers{0};  ///< sent
  std::atomic<int> answered{0};
  std::atomic<int> unanswered{0};
};

/// The ends of one party that follows all three kinds.
struct ends {
  broadcast_receiver<counted> news;
  watch_receiver<int> level;
  oneshot_receiver<counted> answer;
};

// ---- what is sent --------------------------------------------------------------------------------------------------

task<> tells(broadcast_sender<counted> news, watch_sender<int> level, books& all, int count) {
  for (int i = 0; i != count; ++i) {
    news.send(counted{all.values, i});
    ++all.sent;
    level.modify([](int& value) { ++value; });
    if (i % 4 == 0) co_await actors::yield();
  }
}

// Of four one is dropped.
task<> answers(oneshot_sender<counted> to, books& all, int number) {
  for (int i = 0; i != number % 7; ++i) co_await actors::yield();
  if (number % 4 == 3) co_return;
  to.send(counted{all.values, number});
  ++all.answers;
}

// What one follower has found at its end.
struct found {
  int heard = 0;  ///< received, and missed
  int last = 0;
  void note(const broadcast_received<counted>& next) {
    EXPECT_TRUE(!next.value || next.value->holds());
    heard += static_cast<int>(next.missed) + (next.value ? 1 : 0);
  }
  void note(int level) {
    EXPECT_LE(last, level);
    last = level;
  }
};
void note_answer(const std::optional<counted>& value, books& all) {
  EXPECT_TRUE(!value || value->holds());
  ++(value ? all.answered : all.unanswered);
}

using follower = task<found> (*)(ends, books&, unsigned);

// Followers, of whom some are cancelled while values come; `times` for each of two senders.
task<> follow_and_cancel(follower how, books& all, int followers, int times, unsigned seed) {
  std::mt19937 random{seed};
  std::vector<actors::join_handle<found>> following;
  std::vector<actors::join_handle<>> sending;
  {
    auto [news, listener] = actors::broadcast<counted>(1 + seed % 3);
    auto [level, seen] = actors::watch(0);
    for (int i = 0; i != followers; ++i) {
      auto [question, answer] = actors::oneshot<counted>();
      ends mine{listener, seen, std::move(answer)};
      following.push_back(spawn(how(std::move(mine), all, seed + static_cast<unsigned>(i))));
      sending.push_back(spawn(answers(std::move(question), all, i + static_cast<int>(seed % 4))));
    }
    for (int i = 0; i != 2; ++i) sending.push_back(spawn(tells(news, level, all, times)));
  }
  while (all.started != followers) co_await actors::yield();
  for (int i = 0; i != 2 * times; ++i) {
    following[random() % following.size()].cancel();
    if (random() % 3 != 0) co_await actors::yield();
  }
  for (auto& each : sending) co_await each;
  for (auto& each : following) {
    const found end = co_await each;
    EXPECT_EQ(end.heard, 2 * times) << "received, and told that it was missed";
    EXPECT_EQ(end.last, 2 * times) << "the last value";
  }
}

template <class Run>
void follow_for_rounds(Run run, follower how, int rounds) {
  int cancellations = 0;
  for (int round = 0; round != rounds && !testing::Test::HasFailure(); ++round) {
    const test::biased_after few{round % 2 == 0 ? 2U : 1U << 20U};
    books all;
    run(follow_and_cancel(how, all, 5, 60, static_cast<unsigned>(round) + 1));
    EXPECT_EQ(all.answered, all.answers);
    EXPECT_EQ(all.answered + all.unanswered, 5);
    all.values.expect_settled();
    cancellations += all.cancellations;
  }
  EXPECT_GT(cancellations, 0);
}

// ---- with limits of time -------------------------------------------------------------------------------------------

task<found> follows_with_limits(ends mine, books& all, unsigned seed) {
  ++all.started;
  std::minstd_rand random{seed};
  found end;
  const auto limit = [&] { return std::chrono::microseconds{random() % 30}; };
  bool news_open = true;
  bool level_open = true;
  bool answer_open = true;
  while (news_open || level_open || answer_open) {
    try {
      if (news_open) {
        auto next = co_await actors::receive_for(mine.news, limit());
        news_open = next.status != channel_status::closed;
        end.note(next);
      }
      if (level_open) {
        const channel_status now = co_await actors::changed_for(mine.level, limit());
        level_open = now != channel_status::closed;
        end.note(mine.level.get());
      }
      if (answer_open) {
        auto next = co_await actors::receive_for(mine.answer, limit());
        answer_open = next.status == channel_status::empty;
        if (!answer_open) note_answer(next.value, all);
      }
    } catch (const cancelled&) {
      ++all.cancellations;
    }
  }
  co_return end;
}

TEST_P(kind_waits, limits_of_time_and_cancellations_lose_nothing) {  // C12, C16, C18, C23, C27
  follow_for_rounds([](task<> main) { run(std::move(main)); }, &follows_with_limits, 20 / test::slowness);
}

// ---- in a set ------------------------------------------------------------------------------------------------------

task<found> follows_in_a_set(ends mine, books& all, unsigned) {
  ++all.started;
  found end;
  select_set set;
  const auto news = [&](broadcast_received<counted> next) {
    end.note(next);
    if (!next) set.remove(set.current());
  };
  const auto level = [&](bool newer) {
    end.note(mine.level.get());
    if (!newer) set.remove(set.current());
  };
  const auto answer = [&](const std::optional<counted>& value) { note_answer(value, all); };
  set.add(actors::on_receive(mine.news, news));
  set.add(actors::on_change(mine.level, level));
  if (mine.answer) set.add(actors::on_receive(mine.answer, answer));  // it is removed when it was served
  while (set.size() != 0) {
    try {
      co_await set.next();
    } catch (const cancelled&) {
      ++all.cancellations;
    }
  }
  co_return end;
}

TEST_P(kind_waits, a_set_that_is_cancelled_loses_nothing) {  // S1, S6, C12, C16, C18, C27
  follow_for_rounds([](task<> main) { run(std::move(main)); }, &follows_in_a_set, 40 / test::slowness);
}

// ---- from plain threads --------------------------------------------------------------------------------------------

void follow_on_a_thread(ends mine, books& all, int expected) {
  found end;
  for (bool open = true; open;) {
    auto next = actors::blocking_receive(mine.news);
    open = next.status != channel_status::closed;
    end.note(next);
    if (actors::blocking_changed_for(mine.level, std::chrono::microseconds{1}) == channel_status::ok)
      end.note(mine.level.get());
  }
  while (actors::blocking_changed(mine.level)) end.note(mine.level.get());
  note_answer(actors::blocking_receive(mine.answer), all);
  EXPECT_EQ(end.heard, expected);
  EXPECT_EQ(end.last, expected);
}

TEST_P(kind_waits, threads_and_tasks_follow_the_same_channels) {  // C24, C5, C12, C27
  constexpr int each = 100;
  for (int round = 0; round != 20 / test::slowness; ++round) {
    books all;
    {
      actors::runtime here{{.workers = GetParam()}};
      std::vector<std::thread> threads;
      std::vector<actors::join_handle<>> sending;
      std::vector<actors::join_handle<found>> following;
      {
        auto [news, listener] = actors::broadcast<counted>(2);
        auto [level, seen] = actors::watch(0);
        for (int i = 0; i != 4; ++i) {
          auto [question, answer] = actors::oneshot<counted>();
          ends mine{listener, seen, std::move(answer)};
          if (i % 2 == 0)
            threads.emplace_back(follow_on_a_thread, std::move(mine), std::ref(all), 2 * each);
          else
            following.push_back(here.spawn(follows_in_a_set(std::move(mine), all, 0)));
          sending.push_back(here.spawn(answers(std::move(question), all, i)));
        }
        for (int i = 0; i != 2; ++i) sending.push_back(here.spawn(tells(news, level, all, each)));
      }
      for (auto& one : threads) one.join();
      for (auto& one : sending) one.get();
      for (auto& one : following) {
        const found end = one.get();
        EXPECT_EQ(end.heard, 2 * each);
        EXPECT_EQ(end.last, 2 * each);
      }
    }
    EXPECT_EQ(all.answered, all.answers);
    EXPECT_EQ(all.answered + all.unanswered, 4);
    all.values.expect_settled();
  }
}

// ---- and closed in the middle --------------------------------------------------------------------------------------

task<> tells_until_the_end(broadcast_sender<counted> news, watch_sender<int> level, books& all, int& highest) {
  for (int i = 0;; ++i) {
    try {
      news.send(counted{all.values, i});
      ++all.sent;
    } catch (const actors::channel_closed&) {
      break;
    }
    level.modify([&](int& value) {
      ++value;
      highest = value;
    });
    if (i % 4 == 0) co_await actors::yield();
  }
}

task<> closed_in_the_middle(books& all, unsigned round) {
  std::vector<actors::join_handle<found>> following;
  std::vector<actors::join_handle<>> sending;
  int highest[2] = {0, 0};
  broadcast_sender<counted> closing;
  {
    auto [news, listener] = actors::broadcast<counted>(1 + round % 5);
    auto [level, seen] = actors::watch(0);
    closing = news;
    for (unsigned i = 0; i != 4; ++i) {
      ends mine{listener, seen, {}};
      following.push_back(spawn((i % 2 == 0 ? follows_in_a_set : follows_with_limits)(std::move(mine), all, i)));
    }
    for (int& one : highest) sending.push_back(spawn(tells_until_the_end(news, level, all, one)));
  }
  while (all.sent < static_cast<int>(20 + round)) co_await actors::yield();
  closing.close();
  for (auto& each : sending) co_await each;
  for (auto& each : following) {
    const found end = co_await each;
    EXPECT_EQ(end.heard, all.sent) << "what was sent before the close is received, or told to be missed";
    EXPECT_EQ(end.last, std::max(highest[0], highest[1]));
  }
}

TEST_P(kind_waits, a_close_in_the_middle_loses_nothing_that_was_sent) {  // C7, C8, C9, C12, C27
  for (int round = 0; round != 100 / test::slowness && !HasFailure(); ++round) {
    books all;
    run(closed_in_the_middle(all, static_cast<unsigned>(round)));
    all.values.expect_settled();
  }
}

}  // namespace
