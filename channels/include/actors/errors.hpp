// errors: the exceptions of the library. Everything that is a fault derives from `error`; `cancelled` stands apart.
#pragma once

#include <stdexcept>

namespace actors::inline v1 {

/// Base of every fault that this library reports.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A send that can never be taken: the channel is closed, or nobody is left to receive.
/// Leaving an actor's body it counts as a normal stop, so that a pipeline ends from its end backwards.
class channel_closed : public error {
 public:
  using error::error;
};

/// A value that a queue does not take, as the queue was shut down, or one that will never come, as it is empty besides.
class queue_shut_down : public error {
 public:
  using error::error;
};

/// A call was not made: the pool of threads that it was submitted to is closed.
class pool_closed : public error {
 public:
  using error::error;
};

/// An operation did not end within its time.
class timed_out : public error {
 public:
  using error::error;
};

/// Something was used in a way its contract excludes (a runtime started inside a worker, a result read too early).
class usage_error : public error {
 public:
  using error::error;
};

/// Every task waits, and nothing can wake one of them. What it says is a report of several lines, with each task.
class deadlock : public error {
 public:
  using error::error;
};

/// Thrown out of a wait in a task that was asked to stop.
///
/// Not a std::exception, on purpose: `catch (const std::exception&)` around a task's body means "what went wrong", and
/// a request to stop that is swallowed there would keep the task alive for ever (asyncio moved CancelledError out of
/// Exception for the same reason). Catch it by name to clean up, then rethrow.
class cancelled final {
 public:
  const char* what() const noexcept { return "the task was cancelled"; }
};

}  // namespace actors::inline v1
