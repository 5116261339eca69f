// blocking_job: a call that may block, on its way to a thread that may; and who waits for room in such a queue.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/code_place.hpp>
#include <actors/waiter.hpp>

#include <cstdint>
#include <exception>
#include <stop_token>

namespace actors::inline v1::detail {

/// A queue's entry. It lives in the frame of the task that awaits the call, or in the block of a call that was
/// submitted and is a task by itself (`end` is set then, and `who` is that task).
///
/// Life of `at`:
///   idle -> queued      by the party, with the pool's lock, which arms `who` there
///   queued -> running   by a thread of the pool, with the lock; of a submitted call it has claimed `who` before
///   queued -> idle      by the awaiting party that a cancellation woke, with the lock
///   queued -> withdrawn of a submitted call, with the lock, where a cancellation has claimed `who`: that one ends it
///   queued -> refused   by the one who closes the pool, with the lock; it has claimed `who`
///   queued -> withdrawn also there, where a cancellation has claimed `who`, of an awaited call, too
///   running -> woken    of an awaited call that has ended, by the thread that made it, having claimed `who`, before it
///                       wakes it: the party that finds something else here was woken by a cancellation
///   running -> stopped  of a submitted call with a stop source, by a cancellation that has claimed `who`, with the
///                       lock: it touches the call no more
/// Order: relaxed where it is with the lock; `woken` is read by the party that was posted after it; `stopped` is stored
/// with release and loaded with acquire by the thread that then ends the call.
struct blocking_job {
  enum class stage : std::uint8_t { idle, queued, running, woken, withdrawn, refused, stopped };
  enum class ending : std::uint8_t { called, cancelled, refused };

  // First what each call needs: it comes from another processor's cache.
  blocking_job* prev = nullptr;  ///< not of the first one
  blocking_job* next = nullptr;
  void (*call)(blocking_job&) noexcept = nullptr;  ///< runs the user's function
  waiter* who = nullptr;
  std::uint64_t queued_at = 0;  ///< in cycles
  /// Of a submitted call: ends the task that it is.
  void (*end)(blocking_job&, ending) noexcept = nullptr;
  atomic<stage> at{stage::idle};
  bool long_lived = false;           ///< its thread comes on top of the pool's greatest number; set before it is queued
  std::stop_source* stop = nullptr;  ///< where the function takes a stop token
  std::exception_ptr failure;        ///< what the function threw, or why it was not called
  /// Of a submitted call: destroys what it owns.
  void (*drop)(blocking_job&) noexcept = nullptr;
  source_place place;
};

class parker;

/// Lives on the stack of a plain thread, which sleeps in `parking`, or in the frame of a task, which is `who`.
/// All but `found` is guarded by the pool's lock; that is written by the one who has claimed the wait, before the wake.
struct room_wait {
  enum class outcome : std::uint8_t { none, granted, closed };
  room_wait* prev = nullptr;
  room_wait* next = nullptr;
  waiter* who = nullptr;
  parker* parking = nullptr;
  bool listed = false;
  outcome found = outcome::none;
};

}  // namespace actors::inline v1::detail
