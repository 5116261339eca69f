// virtual_thread: a thread of a simulation.
#pragma once

#include <actors/detail/interleaved_atomic.hpp>

#include "../runtime/thread_context.hpp"
#include "fiber.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace actors::inline v1::detail {

/// What a thread, or a task, does next: an operation on an object, at a place of the source.
struct coming_step {
  const char* what = "begin";
  std::uint32_t object = 0;  ///< 0: one without a number
  code_place where;
  const char* noun = "of object";  ///< what the number is one of
  unsigned holder = 0;             ///< of a lock that is waited for: 1 + the number of the thread that has it
};

struct virtual_thread {
  enum class state : unsigned char { ready, waiting, ended };

  unsigned number = 0;  ///< from 0, in the order in which they were started
  std::string name;
  thread_context context;
  void (*body)(void*) noexcept = nullptr;
  void* argument = nullptr;
  std::optional<fiber> runs_on;

  state now = state::ready;
  coming_step next;
  unsigned in_one_step = 0;  ///< how many `one_step` live

  // While it gives way (spins): it goes on once another thread did something, and no sooner.
  bool gives_way = false;
  std::uint64_t others_did = 0;  ///< points of all other threads when it gave way
  std::uint64_t points = 0;      ///< its own
  std::uint64_t streak = 0;      ///< of these, since it waited or had to let others go first

  // While it waits.
  const void* waits_at = nullptr;
  std::int64_t deadline = 0;  ///< INT64_MAX: none
  bool timed_out = false;
};

}  // namespace actors::inline v1::detail
