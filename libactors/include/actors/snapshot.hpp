// snapshot: what the tasks of a runtime, its workers and the channels of the process are doing, for people and
// programs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace actors::inline v1 {

/// By which things are told apart: their address. No two that live at a time have the same.
using snapshot_id = std::uint64_t;

/// A place in the source; the file is empty where it is not known.
struct snapshot_place {
  std::string function{};  ///< with its scope, without parameters
  std::string file{};
  unsigned line = 0;
};

/// A channel, a mutex, or whatever else a task waits at. Figures are -1 where they are not known, or mean nothing.
struct object_snapshot {
  std::string
      type{};  ///< "channel", "one-shot channel", "broadcast channel", "watch channel", "mutex", "semaphore", ...
  snapshot_id id = 0;
  std::string name{};           ///< that it was given
  snapshot_place made_at{};     ///< of a channel
  std::int64_t size = -1;       ///< values in it
  std::int64_t capacity = -1;   ///< INT64_MAX: without limit
  std::int64_t senders = -1;    ///< endpoints
  std::int64_t receivers = -1;  ///< endpoints
  bool closed = false;
  bool unread = false;     ///< of a channel, in debug mode: nobody received since it was made, or tried to
  snapshot_id holder = 0;  ///< of a mutex: the task that has it; 0 where it is none, or not known
};

enum class task_activity : std::uint8_t {
  ready,    ///< it could run, and is queued
  running,  ///< on a worker; a call of a pool: queued, or on a thread of it
  waiting
};

struct task_snapshot {
  snapshot_id id = 0;
  std::string name{};  ///< that it was given, or asked for; else empty
  task_activity activity = task_activity::ready;
  int worker = -1;                              ///< of one that runs on a worker: its number
  bool cancelled = false;                       ///< it was asked to stop
  std::string waits_for{};                      ///< "receive from channel"; empty where it does not wait
  std::optional<object_snapshot> object{};      ///< at which, where that is one and known
  std::vector<object_snapshot> alternatives{};  ///< of a select: the channels that it waits at
  std::vector<snapshot_id> awaits{};            ///< tasks for whose end it waits
  std::vector<snapshot_id> awaited_by{};        ///< tasks that wait for its end
  bool awaited_by_thread = false;               ///< and so does a plain thread, as `run` does
  /// The asynchronous stack: where the coroutine is that waits (of one that runs: where it last waited), then who
  /// awaits it in this task, outwards. Empty where it could not be read, as the task moved on.
  std::vector<snapshot_place> stack{};
  snapshot_place spawned_at{};
  /// In debug mode: since its last step began.
  std::optional<std::chrono::nanoseconds> idle_for{};
};

struct worker_snapshot {
  unsigned index = 0;
  snapshot_id running = 0;  ///< the task; 0 where it runs none
  bool asleep = false;
  /// In debug mode: since the running step began.
  std::optional<std::chrono::nanoseconds> held_for{};
};

struct pool_snapshot {
  std::size_t threads = 0;
  std::size_t running = 0;  ///< calls
  std::size_t queued = 0;   ///< calls
};

/// Tasks that wait for each other in a ring: each one for the end of the next, or for a mutex that the next one has.
/// They wait for ever, unless one is cancelled.
struct wait_cycle {
  std::vector<snapshot_id> tasks{};
};

enum class dump_format : unsigned char {
  text,       ///< runtime_snapshot::to_text
  json,       ///< runtime_snapshot::to_json
  full_text,  ///< runtime_snapshot::to_full_text
};

/// Taken while everything runs: no two parts of it are of the very same moment, but each task is as it was at some
/// moment during the call.
struct runtime_snapshot {
  std::vector<worker_snapshot> workers{};
  pool_snapshot pool;
  std::vector<task_snapshot> tasks{};
  std::vector<object_snapshot> channels{};  ///< of the process, but one-shot channels without a name
  std::vector<wait_cycle> cycles{};

  /// For people. Where there are more than 16 tasks, those that do the same at the same place, and have names that
  /// differ in numbers alone, are told together: one in full, and of the others what differs. The rarest come first.
  /// So it is with channels. What is left out is counted. With ACTORS_DUMP=full in the environment (of the last runtime
  /// that was made) it is `to_full_text`.
  std::string to_text() const;
  /// Each task and each channel by itself.
  std::string to_full_text() const;
  /// One object; see docs/introspection.md for its members.
  std::string to_json() const;
};

}  // namespace actors::inline v1
