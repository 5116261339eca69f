// planted_bugs: small programs, each with one error that only some schedules show, and their mended twins.
#pragma once

#include <actors/actors.hpp>
#include <actors/detail/threads.hpp>

#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace test {

using actors::receiver;
using actors::sender;
using actors::task;

// ---- a lost wake-up ------------------------------------------------------------------------------------------------

/// A queue with a bell for the one who waits. Broken: the bell has no memory (capacity 0), so it rings in vain where
/// the other has seen that the queue is empty and does not listen yet.
struct belled_queue {
  explicit belled_queue(std::size_t bell_capacity) : bell{actors::channel<bool>(bell_capacity)} {}

  void push(int value) {
    {
      const std::lock_guard guard{lock};
      values.push_back(value);
    }
    static_cast<void>(bell.first.try_send(true));
  }
  task<int> pop() {
    for (;;) {
      if (std::optional<int> value = try_pop()) co_return *value;
      co_await bell.second.receive();
    }
  }
  std::optional<int> try_pop() {
    const std::lock_guard guard{lock};
    if (values.empty()) return {};
    const int value = values.front();
    values.pop_front();
    return value;
  }

  actors::detail::mutex lock;
  std::deque<int> values;
  std::pair<sender<bool>, receiver<bool>> bell;
};

inline task<> push_one(belled_queue& queue) {
  queue.push(7);
  co_return;
}

inline task<int> lost_wake_up(std::size_t bell_capacity) {
  belled_queue queue{bell_capacity};
  auto pushing = actors::spawn(push_one(queue));
  const int value = co_await queue.pop();
  co_await pushing;
  co_return value;
}

/// The same with threads. Broken: whether there is something to wait for is looked at without the lock.
inline void lost_notify(bool mended) {
  actors::detail::mutex lock;
  actors::detail::condition_variable changed;
  actors::detail::atomic<bool> ready{false};
  actors::detail::joining_thread setter{[&] {
    ready.store(true);
    if (mended) {
      const std::lock_guard guard{lock};
      changed.notify_one();
    } else {
      changed.notify_one();
    }
  }};
  if (mended) {
    std::unique_lock guard{lock};
    changed.wait(guard, [&] { return ready.load(); });
  } else if (!ready.load()) {
    std::unique_lock guard{lock};
    changed.wait(guard);
  }
}

// ---- locks in different orders -------------------------------------------------------------------------------------

/// A lock for tasks: who has the token has the lock.
struct token_lock {
  token_lock() : place{actors::channel<bool>(1)} {}
  task<> acquire() { co_await place.first.send(true); }
  void release() { static_cast<void>(place.second.try_receive()); }
  std::pair<sender<bool>, receiver<bool>> place;
};

inline task<> with_both(token_lock& first, token_lock& second, int& count) {
  co_await first.acquire();
  co_await second.acquire();
  ++count;
  second.release();
  first.release();
}

inline task<int> lock_order(bool mended) {
  token_lock a;
  token_lock b;
  int count = 0;
  auto one = actors::spawn(with_both(a, b, count));
  auto two = actors::spawn(mended ? with_both(a, b, count) : with_both(b, a, count));
  co_await one;
  co_await two;
  co_return count;
}

/// The same with threads and mutexes.
inline int thread_lock_order(bool mended) {
  actors::detail::mutex a;
  actors::detail::mutex b;
  int count = 0;
  const auto both = [&count](actors::detail::mutex& first, actors::detail::mutex& second) {
    const std::lock_guard outer{first};
    const std::lock_guard inner{second};
    ++count;
  };
  {
    actors::detail::joining_thread one{[&] { both(a, b); }};
    if (mended)
      both(a, b);
    else
      both(b, a);
  }
  return count;
}

// ---- an update that a wait cuts in two -----------------------------------------------------------------------------

/// An account behind a slow audit. Broken: the balance that was read before the wait is written after it.
struct account {
  int balance = 100;
  token_lock lock;
  std::pair<sender<int>, receiver<int>> audit = actors::channel<int>(8);
};

inline task<> withdraw(account& from, int amount, bool mended) {
  if (mended) co_await from.lock.acquire();
  const int before = from.balance;
  co_await from.audit.first.send(amount);
  co_await actors::yield();
  from.balance = before - amount;
  if (mended) from.lock.release();
}

inline task<int> broken_atomicity(bool mended) {
  account here;
  co_await actors::gather(withdraw(here, 10, mended), withdraw(here, 20, mended));
  if (here.balance != 70) throw std::runtime_error{"100 - 10 - 20 gave " + std::to_string(here.balance)};
  co_return here.balance;
}

}  // namespace test
