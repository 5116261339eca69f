// debug: what debug mode reports (runtime_options::debug, or ACTORS_DEBUG=1 in the environment), and to whom.
#pragma once

#include <chrono>
#include <string_view>

namespace actors::inline v1 {

/// A step of a task, from one wait to the next, that held its worker for longer than runtime_options::long_turn.
struct long_turn {
  std::string_view task;  ///< its name, its coroutine, and where it was spawned
  /// Its asynchronous stack, a line for each coroutine ("    in load (main.cpp:21)\n    awaited by ..."): where it last
  /// waited, or where it is over and the task waits, waits now. Empty where the task has ended.
  std::string_view stack;
  unsigned worker;
  std::chrono::nanoseconds held;
  bool over;  ///< false: it still holds the worker, and there will be a second report (the only one where it was hardly
              ///< too long)
};

/// Called on a thread of the runtime, or on the worker that was held. Must not wait, and not throw.
using long_turn_handler = void (*)(const long_turn&) noexcept;

/// Sets what is done with long turns of all runtimes of the process, null: a message to the log
/// (<actors/log.hpp>), as in the beginning. Returns what was set before. Any thread.
long_turn_handler on_long_turn(long_turn_handler handler) noexcept;

}  // namespace actors::inline v1
