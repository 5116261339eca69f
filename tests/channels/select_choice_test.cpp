// What a select chooses between, over all kinds of channels: ready cases each have their share, empty endpoints are
// never ready.
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include "support/channel_kinds.hpp"
#include "support/ending.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace {

using actors::biased;
using actors::channel_status;
using actors::on_receive;
using actors::on_send;
using actors::otherwise;
using actors::receiver;
using actors::select;
using actors::select_set;
using actors::sender;
using actors::spawn;
using actors::task;

class select_choice : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(select_choice);

// ---- shares --------------------------------------------------------------------------------------------------------

// Two channels, at each of which a receive, or a send, is always possible: a task beside it sees to that.
struct two_channels {
  explicit two_channels(std::size_t capacity) {
    for (auto& each : both) each = actors::channel<int>(capacity);
  }
  std::array<std::pair<sender<int>, receiver<int>>, 2> both;
  std::vector<actors::join_handle<>> others;

  void close() {
    for (auto& [tx, rx] : both) tx.close();
  }
};

task<> sends_for_ever(sender<int> to) {
  try {
    for (;;) co_await to.send(1);
  } catch (const actors::channel_closed&) {
  }
}
task<> receives_for_ever(receiver<int> from) {
  for (bool open = true; open;) {
    const std::optional<int> value = co_await from.receive();
    open = value.has_value();
  }
}

enum class kind { receives, sends };

// Until both can be received from, or sent to.
task<> until_ready(two_channels& all, kind what) {
  for (std::size_t i = 0; i != 2; ++i) {
    const sender<int>& tx = all.both[i].first;
    const receiver<int>& rx = all.both[i].second;
    if (what == kind::receives) {
      if (rx.capacity() != 0) tx.try_send(1);
      while (rx.size() + rx.statistics().waiting_senders == 0) co_await actors::yield();
    } else {
      rx.try_receive();
      while (rx.size() == rx.capacity() && rx.statistics().waiting_receivers == 0) co_await actors::yield();
    }
  }
}

// How often each of the two was chosen.
task<std::array<int, 2>> shares(std::size_t capacity, kind what, bool in_order, int tries) {
  two_channels all{capacity};
  if (capacity == 0)
    for (auto& [tx, rx] : all.both)
      all.others.push_back(spawn(what == kind::receives ? sends_for_ever(tx) : receives_for_ever(rx)));
  std::array<int, 2> taken{};
  const auto first = [&](auto&&...) { ++taken[0]; };
  const auto second = [&](auto&&...) { ++taken[1]; };
  const auto& [a_in, a] = all.both[0];
  const auto& [b_in, b] = all.both[1];
  for (int i = 0; i != tries; ++i) {
    co_await until_ready(all, what);
    if (what == kind::receives && in_order)
      co_await select(biased, on_receive(a, first), on_receive(b, second));
    else if (what == kind::receives)
      co_await select(on_receive(a, first), on_receive(b, second));
    else if (in_order)
      co_await select(biased, on_send(a_in, 1, first), on_send(b_in, 1, second));
    else
      co_await select(on_send(a_in, 1, first), on_send(b_in, 1, second));
  }
  all.close();
  for (auto& each : all.others) co_await each;
  co_return taken;
}

// The same of a set that is kept.
task<std::array<int, 2>> shares_of_a_set(std::size_t capacity, kind what, bool in_order, int tries) {
  two_channels all{capacity};
  if (capacity == 0)
    for (auto& [tx, rx] : all.both)
      all.others.push_back(spawn(what == kind::receives ? sends_for_ever(tx) : receives_for_ever(rx)));
  std::array<int, 2> taken{};
  int value = 1;
  std::optional<select_set> set;
  if (in_order)
    set.emplace(biased);
  else
    set.emplace();
  for (std::size_t i = 0; i != 2; ++i) {
    const auto chosen = [&taken, i](auto&&...) { ++taken[i]; };
    if (what == kind::receives)
      set->add(on_receive(all.both[i].second, chosen));
    else
      set->add(on_send(all.both[i].first, value, chosen));
  }
  for (int i = 0; i != tries; ++i) {
    co_await until_ready(all, what);
    co_await set->next();
  }
  all.close();
  for (auto& each : all.others) co_await each;
  co_return taken;
}

// A thousand tries: chance passes the limits, six standard deviations, less than once in a thousand million rounds.
TEST_P(select_choice, among_ready_cases_is_uniform) {  // S2
  const std::size_t capacity = GetParam().capacity;
  for (const kind what : {kind::receives, kind::sends}) {
    for (const int taken : run(shares(capacity, what, false, 1000))) EXPECT_NEAR(taken, 500, 95);
    for (const int taken : run(shares_of_a_set(capacity, what, false, 1000))) EXPECT_NEAR(taken, 500, 95);
    for (const int taken : run(shares(capacity, what, false, 100))) EXPECT_GT(taken, 10);
  }
}

TEST_P(select_choice, is_the_first_listed_where_it_is_biased) {  // S2
  const std::size_t capacity = GetParam().capacity;
  const std::array<int, 2> always_first{300, 0};
  for (const kind what : {kind::receives, kind::sends}) {
    EXPECT_EQ(run(shares(capacity, what, true, 300)), always_first);
    EXPECT_EQ(run(shares_of_a_set(capacity, what, true, 300)), always_first);
  }
}

// ---- empty endpoints -----------------------------------------------------------------------------------------------

task<> sends_numbers(sender<int> to, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(i);
}

const auto never = [](auto&&...) { ADD_FAILURE() << "an empty endpoint was ready"; };

// Beside cases that are ready, and such as have to wait.
TEST_P(select_choice, leaves_empty_endpoints_out) {  // C13
  const auto main = []() -> task<> {
    constexpr int count = 300;
    auto [tx, rx] = make_channel<int>();
    const receiver<int> nothing;
    const sender<int> nowhere;
    auto sending = spawn(sends_numbers(std::move(tx), count));
    std::vector<int> got;
    const auto take = [&](std::optional<int> value) {
      if (value) got.push_back(*value);
    };
    for (int i = 0; i != count / 3; ++i)
      co_await select(on_receive(nothing, never), on_send(nowhere, 1, never), on_receive(rx, take));
    for (int i = 0; i != count / 3; ++i)
      co_await select(biased, actors::on_reserve(nowhere, never), actors::on_delivery(nothing, never),
                      actors::on_extended(nothing, never), on_receive(rx, take));
    int value = 1;
    select_set set;
    set.add(on_receive(nothing, never));
    set.add(on_send(nowhere, value, never));
    set.add(actors::on_reserve(nowhere, never));
    set.add(on_receive(rx, take));
    for (int i = 0; i != count / 3; ++i) co_await set.next();
    EXPECT_EQ(got.size(), static_cast<std::size_t>(count));
    for (int i = 0; i != count; ++i) EXPECT_EQ(got.at(static_cast<std::size_t>(i)), i);
    co_await sending;
  };
  run(main());
}

// The other side: what is sent goes to the channel, and to nobody else.
TEST_P(select_choice, sends_only_where_there_is_a_channel) {  // C13, S3
  const auto main = []() -> task<> {
    constexpr int count = 200;
    auto [tx, rx] = make_channel<int>();
    const sender<int> nowhere;
    auto collecting = spawn([](receiver<int> from) -> task<std::vector<int>> {
      std::vector<int> got;
      while (auto value = co_await from.receive()) got.push_back(*value);
      co_return got;
    }(std::move(rx)));
    for (int i = 0; i != count; ++i) co_await select(on_send(nowhere, -1, never), on_send(tx, i));
    tx = sender<int>{};
    const std::vector<int> got = co_await collecting;
    EXPECT_EQ(got.size(), static_cast<std::size_t>(count));
    for (int i = 0; i != count; ++i) EXPECT_EQ(got.at(static_cast<std::size_t>(i)), i);
  };
  run(main());
}

task<> waits_for_nothing(bool in_a_set) {
  const receiver<int> nothing;
  const sender<int> nowhere;
  if (in_a_set) {
    select_set set;
    set.add(on_receive(nothing, never));
    set.add(on_send(nowhere, 1, never));
    co_await set.next();
  } else {
    co_await select(on_receive(nothing, never), on_send(nowhere, 1, never), actors::on_reserve(nowhere, never));
  }
}

// An endpoint that was emptied belongs to no channel any more, whatever that one's kind.
TEST_P(select_choice, of_nothing_but_empty_endpoints_never_ends_by_itself) {  // C13, C10, S4
  const auto main = []() -> task<> {
    for (const bool in_a_set : {false, true}) {
      auto waiting = spawn(waits_for_nothing(in_a_set));
      for (int i = 0; i != 20; ++i) co_await actors::yield();
      EXPECT_FALSE(waiting.done());
      auto ending = test::end(waiting);
      co_await std::move(ending);
    }
    auto [tx, rx] = make_channel<int>();
    tx.try_send(1);
    const sender<int> moved_to = std::move(tx);
    const receiver<int> moved_from = std::move(rx);
    bool other = false;
    const auto noted = [&] { other = true; };
    co_await select(on_receive(rx, never), on_send(tx, 1, never), otherwise(noted));
    EXPECT_TRUE(other);
  };
  run(main());
}

}  // namespace
