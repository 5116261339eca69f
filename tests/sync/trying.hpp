// trying: whether a task went through, or was cancelled first.
#pragma once

#include <actors/actors.hpp>

namespace test {

/// Waits for the task; false where it ended with a cancellation.
inline actors::task<bool> went_through(actors::join_handle<> ended) {
  try {
    co_await ended;
  } catch (const actors::cancelled&) {
    co_return false;
  }
  co_return true;
}

/// Cancels a task that waits or not, beside others.
inline actors::task<> cancel(actors::join_handle<> which) {
  which.cancel();
  co_return;
}

}  // namespace test
