// traffic: senders and receivers that use all that a channel offers, on each kind of channel, until it ends in one way
// or another; what they send is counted in and out.
#pragma once

#include <actors/channel.hpp>
#include <actors/select.hpp>
#include <actors/sleep.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>
#include <actors/timed_channel.hpp>

#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// A kind of channel, what becomes of values for which there is no room, and how many workers.
struct channel_plan {
  std::size_t capacity;
  actors::overflow policy;
  unsigned workers;

  std::string name() const {
    const char* const policies[] = {"", "_drop_oldest", "_drop_newest", "_keep_latest"};
    const std::string kind = capacity == 0                   ? "rendezvous"
                             : capacity == actors::unbounded ? "unbounded"
                                                             : "bounded_" + std::to_string(capacity);
    return kind + policies[static_cast<int>(policy)] + "_on_" + std::to_string(workers);
  }
  friend std::ostream& operator<<(std::ostream& out, const channel_plan& plan) { return out << plan.name(); }
};

inline std::vector<channel_plan> all_channel_plans() {
  using actors::overflow;
  std::vector<channel_plan> all;
  for (const overflow policy : {overflow::wait, overflow::drop_oldest, overflow::drop_newest, overflow::keep_latest})
    for (const std::size_t capacity :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{64}, actors::unbounded})
      for (const unsigned workers : {1U, 2U, 4U}) all.push_back({capacity, policy, workers});
  return all;
}

/// How a channel ends.
enum class ending { senders_leave, sender_closes, receiver_closes, poison, receivers_leave };
inline constexpr ending all_endings[] = {ending::senders_leave, ending::sender_closes, ending::receiver_closes,
                                         ending::poison, ending::receivers_leave};

/// How much of it.
struct traffic_load {
  int senders = 2;
  int receivers = 2;
  int each = 2;     ///< values of a sender
  int variant = 0;  ///< with which operation each begins
  ending how = ending::senders_leave;
  int turns = 0;  ///< before a call ends the channel

  /// Whether a receiver leaves early, while the others go on.
  bool one_leaves() const { return variant % 3 == 2; }
};

/// With the books of one run.
struct traffic : traffic_load {
  explicit traffic(const traffic_load& load) : traffic_load{load} {}

  std::atomic<int> started{0};  ///< tasks: one that is cancelled before does nothing
  std::vector<std::atomic<int>> sent = std::vector<std::atomic<int>>(static_cast<std::size_t>(senders * each));
  std::vector<std::atomic<int>> received = std::vector<std::atomic<int>>(static_cast<std::size_t>(senders * each));
  std::atomic<int> cancellations{0};
  ledger books;

  /// By the receiver whose last values of each sender were `last`.
  void note(const counted& value, std::vector<int>& last) {
    EXPECT_TRUE(value.holds());
    ++received[static_cast<std::size_t>(value.number())];
    int& before = last[static_cast<std::size_t>(value.number() / each)];
    EXPECT_LT(before, value.number()) << "each sender's order is kept";
    before = value.number();
  }

  /// After the end of all; `dropped`: what the channel has counted.
  void expect_balance(std::uint64_t dropped) const {
    std::uint64_t out = 0;
    std::uint64_t in = 0;
    for (std::size_t i = 0; i != sent.size(); ++i) {
      EXPECT_LE(sent[i], 1);
      EXPECT_LE(received[i], sent[i].load()) << "value " << i << " was not sent, or was received twice";
      out += static_cast<std::uint64_t>(sent[i]);
      in += static_cast<std::uint64_t>(received[i]);
    }
    if (how == ending::receivers_leave)
      EXPECT_LE(in + dropped, out);
    else
      EXPECT_EQ(in + dropped, out) << "what was sent is received, or counted as dropped";
    books.expect_settled();
  }
};

struct poisoned : std::runtime_error {
  poisoned() : runtime_error{"poisoned"} {}
};

/// True where it went.
inline actors::task<bool> send_somehow(const actors::sender<counted>& to, counted& value, int operation) {
  using namespace std::chrono_literals;
  bool went = true;
  if (operation == 0) {
    co_await to.send(std::move(value));
  } else if (operation == 1) {
    went = to.try_send(std::move(value)) == actors::channel_status::ok;
  } else if (operation == 2) {
    auto permit = co_await to.reserve();
    permit.send(std::move(value));
  } else if (operation == 3) {  // and does not use it
    const auto permit = co_await to.reserve();
    went = false;
  } else if (operation == 4) {
    const actors::channel_status found = co_await actors::send_for(to, value, 1us);
    went = found == actors::channel_status::ok;
  } else {  // the same channel twice
    const auto nothing = [] {};
    co_await actors::select(actors::on_send(to, value, nothing), actors::on_send(to, value, nothing));
  }
  co_return went;
}

/// Each cancellation ends one send, which then was not delivered; it goes on with the next value. Some have a weak
/// sender only, from one value to the next.
inline actors::task<> send_values(actors::sender<counted> to, traffic& all, int number) {
  ++all.started;
  const actors::weak_sender<counted> weak = to.downgrade();
  const bool weakly = (all.variant + number) % 4 == 3;
  for (int i = 0; i != all.each; ++i) {
    const int id = number * all.each + i;
    counted value{all.books, id};
    try {
      if (weakly) {
        to = {};
        to = weak.upgrade();
        if (!to) co_return;
      }
      auto sending = send_somehow(to, value, (all.variant + number + i) % 6);
      const bool went = co_await std::move(sending);
      if (went) ++all.sent[static_cast<std::size_t>(id)];
      if (i % 16 == 15) co_await actors::yield();
    } catch (const actors::cancelled&) {
      ++all.cancellations;
    } catch (const actors::channel_closed&) {
      EXPECT_NE(all.how, ending::poison);
      co_return;
    } catch (const poisoned&) {
      EXPECT_EQ(all.how, ending::poison);
      co_return;
    }
  }
}

/// Gives the values that came; none: the channel has ended.
inline actors::task<std::vector<counted>> receive_somehow(const actors::receiver<counted>& from, int operation) {
  using namespace std::chrono_literals;
  std::vector<counted> got;
  std::optional<counted> one;
  if (operation == 0) {
    auto found = from.try_receive();
    one = std::move(found.value);
    if (!one) one = co_await from.receive();
  } else if (operation == 1) {
    co_await from.receive_many(got, 3);
  } else if (operation == 2) {
    auto limited = co_await actors::receive_for(from, 1us);
    one = std::move(limited.value);
    if (!one) one = co_await from.receive();
  } else if (operation == 3) {  // the same channel twice
    one = co_await actors::select(actors::on_receive(from), actors::on_receive(from));
  } else {
    one = co_await from.receive();
  }
  if (one) got.push_back(*std::move(one));
  co_return got;
}

/// Until the channel has ended; `receivers_leave`, and sometimes one of them: until it has got something. The rest is
/// left to others. A cancellation ends one receive, which took nothing then.
inline actors::task<> receive_values(actors::receiver<counted> from, traffic& all, int number) {
  ++all.started;
  std::vector<int> last(static_cast<std::size_t>(all.senders), -1);
  const bool leaves = all.how == ending::receivers_leave || (number == 0 && all.one_leaves());
  for (int i = 0;; ++i) {
    try {
      auto receiving = receive_somehow(from, (all.variant + number + i) % 5);
      const std::vector<counted> got = co_await std::move(receiving);
      for (const counted& value : got) all.note(value, last);
      if (got.empty() || leaves) co_return;
    } catch (const actors::cancelled&) {
      ++all.cancellations;
      if (all.how == ending::receivers_leave) co_return;
    } catch (const poisoned&) {
      EXPECT_EQ(all.how, ending::poison);
      co_return;
    }
  }
}

/// Ends the channel as the books say, by an endpoint of its own.
inline actors::task<> end_channel(actors::sender<counted> to, actors::receiver<counted> from, ending how, int turns) {
  for (int i = 0; i != turns; ++i) co_await actors::yield();
  if (how == ending::sender_closes) to.close();
  if (how == ending::receiver_closes) from.close();
  if (how == ending::poison) from.poison(std::make_exception_ptr(poisoned{}));
  co_return;
}

/// Also one that was cancelled before it began.
inline actors::task<> ended(actors::join_handle<> which) {
  try {
    co_await which;
  } catch (const actors::cancelled&) {
  }
}

/// All of them, beside the task `disturb(tasks)`, which may cancel some. At the end the channel is closed, nobody waits
/// there, and no place is kept.
template <class Disturb>
actors::task<> run_traffic(const channel_plan& plan, traffic& all, Disturb disturb) {
  std::vector<actors::join_handle<>> tasks;
  auto [tx, rx] = actors::channel<counted>(plan.capacity, plan.policy);
  for (int i = 0; i != all.receivers; ++i) tasks.push_back(actors::spawn(receive_values(rx, all, i)));
  for (int i = 0; i != all.senders; ++i) tasks.push_back(actors::spawn(send_values(tx, all, i)));
  const bool by_call = all.how != ending::senders_leave && all.how != ending::receivers_leave;
  actors::join_handle<> closing;
  if (by_call) closing = actors::spawn(end_channel(tx, rx, all.how, all.turns));
  // Who receives looks at the channel afterwards. (The types are named, as clang 14 destroys no `{}` that is assigned
  // in a template.)
  tx = actors::sender<counted>{};
  if (all.how == ending::receivers_leave) rx = actors::receiver<counted>{};
  auto disturbing = disturb(tasks);
  co_await std::move(disturbing);
  for (auto& each : tasks) co_await ended(each);
  if (by_call) co_await closing;
  std::uint64_t dropped = 0;
  if (rx) {
    const actors::channel_statistics left = rx.statistics();
    EXPECT_TRUE(left.closed);
    EXPECT_EQ(left.size, 0U) << "what was buffered is delivered";
    EXPECT_EQ(left.waiting_senders + left.waiting_receivers + left.reserved, 0U) << "nothing is left behind";
    EXPECT_TRUE(plan.policy != actors::overflow::wait || left.dropped == 0);
    dropped = left.dropped;
  }
  rx = actors::receiver<counted>{};
  all.expect_balance(dropped);
}

}  // namespace test
