// ending: cancellations of tasks by tests, and the ends of those that may have been cancelled.
#pragma once

#include <actors/errors.hpp>
#include <actors/join_handle.hpp>
#include <actors/task.hpp>

#include <gtest/gtest.h>

namespace test {

inline actors::task<> cancels(actors::join_handle<> which) {
  which.cancel();
  co_return;
}

/// Waits for the end of one that may be cancelled, before it began as well.
inline actors::task<> ended(actors::join_handle<> which) {
  try {
    co_await which;
  } catch (const actors::cancelled&) {
  }
}

/// Cancels a task that waits, and waits for its end.
template <class T>
actors::task<> end(actors::join_handle<T> which) {
  which.cancel();
  try {
    co_await which;
  } catch (const actors::cancelled&) {
    co_return;
  }
  ADD_FAILURE() << "it was not cancelled";
}

}  // namespace test
