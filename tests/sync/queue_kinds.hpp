// queue_kinds: the table of queues that tests run over: each order and size on 1, 2 and 4 workers.
#pragma once

#include <actors/runtime.hpp>
#include <actors/sync/lifo_queue.hpp>
#include <actors/sync/priority_queue.hpp>
#include <actors/sync/queue.hpp>
#include <actors/task.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace test {

enum class queue_order { first, last, lowest };

/// Orders what has a number, and numbers.
struct by_number {
  template <class T>
  bool operator()(const T& a, const T& b) const noexcept {
    if constexpr (std::is_arithmetic_v<T>)
      return a < b;
    else
      return a.number() < b.number();
  }
};

struct queue_kind {
  queue_order order;
  int size = 0;
  unsigned workers = 1;

  std::string name() const {
    const char* const orders[] = {"queue", "lifo_queue", "priority_queue"};
    return orders[static_cast<int>(order)] + std::string{"_of_"} + (size == 0 ? "any_size" : std::to_string(size)) +
           "_on_" + std::to_string(workers);
  }
  friend std::ostream& operator<<(std::ostream& out, const queue_kind& kind) { return out << kind.name(); }

  /// In which order values are taken that were put in this one.
  std::vector<int> taken(std::vector<int> values) const {
    if (order == queue_order::last) std::reverse(values.begin(), values.end());
    if (order == queue_order::lowest) std::sort(values.begin(), values.end());
    return values;
  }
};

inline constexpr queue_order all_orders[] = {queue_order::first, queue_order::last, queue_order::lowest};

inline std::vector<queue_kind> all_queue_kinds() {
  std::vector<queue_kind> kinds;
  for (const queue_order order : all_orders)
    for (const int size : {1, 2, 64, 0})
      for (const unsigned workers : {1U, 2U, 4U}) kinds.push_back({order, size, workers});
  return kinds;
}

/// Calls `use` with a queue of this kind, and gives what it gives.
template <class T, class F>
decltype(auto) with_queue(const queue_kind& kind, F use) {
  if (kind.order == queue_order::first) {
    actors::queue<T> made{kind.size};
    return use(made);
  }
  if (kind.order == queue_order::last) {
    actors::lifo_queue<T> made{kind.size};
    return use(made);
  }
  actors::priority_queue<T, by_number> made{kind.size};
  return use(made);
}

/// The same for each order.
template <class T, class F>
void with_each_order(int size, F use) {
  for (const queue_order order : all_orders) {
    const queue_kind kind{.order = order, .size = size};
    SCOPED_TRACE(kind.name());
    with_queue<T>(kind, use);
  }
}

template <class Queue, class T>
actors::task<> put_one(Queue& queue, T value) {
  co_await queue.put(std::move(value));
}

template <class Queue, class T>
actors::task<> get_one(Queue& queue, T& into) {
  into = co_await queue.get();
}

template <class Queue>
actors::task<> join_queue(Queue& queue) {
  co_await queue.join();
}

/// The base of tests over the table.
class over_queue_kinds : public ::testing::TestWithParam<queue_kind> {
 protected:
  /// Runs the task that `make_main` gives for a queue of this kind.
  template <class T, class F>
  static void run_with_queue(F make_main) {
    with_queue<T>(GetParam(), [&](auto& queue) { actors::run(make_main(queue), {.workers = GetParam().workers}); });
  }
};

}  // namespace test

/// Lets the tests of `suite` (a class derived from over_queue_kinds) run over the whole table.
#define ACTORS_OVER_QUEUE_KINDS(suite)                                                   \
  INSTANTIATE_TEST_SUITE_P(kinds, suite, ::testing::ValuesIn(::test::all_queue_kinds()), \
                           [](const auto& kind) { return kind.param.name(); })
