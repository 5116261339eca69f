// source_place: a place in the source, for errors and reports. code_place: the same for the reports of a simulation;
// empty in all other builds.
#pragma once

#include <cstdint>

// 1 in the build of the library that runs under simulation (target actors::simulation), 0 in all others.
#ifndef ACTORS_SIMULATION
#define ACTORS_SIMULATION 0
#endif

namespace actors::inline v1 {

class waiter;

namespace detail {

/// As a default argument it is the place of the call; of `await_suspend` and `await_resume` that of the co_await, of
/// functions of a promise the coroutine. (std::source_location needs a newer clang than 14.)
struct source_place {
  const char* function = "";
  const char* file = "";
  unsigned line = 0;

  static constexpr source_place here(const char* function = __builtin_FUNCTION(), const char* file = __builtin_FILE(),
                                     unsigned line = __builtin_LINE()) noexcept {
    return {function, file, line};
  }
};

#if ACTORS_SIMULATION

using code_place = source_place;

/// For reports: `who` is about to do something for which it may have to wait, to the object with this number, or to
/// `other`.
void note_wait(const waiter& who, const char* what, std::uint32_t object, code_place where) noexcept;
void note_wait(const waiter& who, const char* what, const waiter& other, code_place where) noexcept;
/// The same for what does not wait, by whoever runs on the calling thread.
void note_step(const char* what, std::uint32_t object, code_place where) noexcept;

#else

struct code_place {
  static constexpr code_place here() noexcept { return {}; }
};

inline void note_wait(const waiter&, const char*, std::uint32_t, code_place) noexcept {}
inline void note_wait(const waiter&, const char*, const waiter&, code_place) noexcept {}
inline void note_step(const char*, std::uint32_t, code_place) noexcept {}

#endif

}  // namespace detail

}  // namespace actors::inline v1
