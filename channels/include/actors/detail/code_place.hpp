// source_place: a place in the source, for errors and reports. place_ref: the same in one pointer. code_place: the same
// for the reports of a simulation; empty in all other builds.
#pragma once

#include <cstdint>
#include <source_location>

// 1 in the build of the library that runs under simulation (target actors::simulation), 0 in all others.
#ifndef ACTORS_SIMULATION
#define ACTORS_SIMULATION 0
#endif

// Whether the compiler keeps a place in read-only memory and gives its address: g++ does, and clang from 16 on.
#if defined(__has_builtin)
#if __has_builtin(__builtin_source_location)
#define ACTORS_HAS_PLACE_RECORDS 1
#endif
#endif
#ifndef ACTORS_HAS_PLACE_RECORDS
#define ACTORS_HAS_PLACE_RECORDS 0
#endif

namespace actors::inline v1::detail {

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

/// What is kept of a place, for as long as the process lives. (Its members are those of libstdc++'s
/// std::source_location.)
struct place_record {
  const char* file;
  const char* function;  ///< as the compiler writes it: see `function_name`
  unsigned line;
  unsigned column;
};

/// A place in the source, or none: eight bytes, and one instruction where the compiler keeps records. To be used as
/// `source_place`.
class place_ref {
 public:
  constexpr place_ref() noexcept = default;
  constexpr explicit place_ref(const place_record* kept) noexcept : record_{kept} {}
  /// The record of such a place, which is made where there is none yet. Without memory for it there is no place.
  explicit place_ref(const source_place& place) noexcept;

#if ACTORS_HAS_PLACE_RECORDS
  static place_ref here(const void* record = __builtin_source_location()) noexcept {
    return place_ref{static_cast<const place_record*>(record)};
  }
#else
  static place_ref here(const char* function = __builtin_FUNCTION(), const char* file = __builtin_FILE(),
                        unsigned line = __builtin_LINE()) noexcept {
    return place_ref{source_place{function, file, line}};
  }
#endif

  const place_record* record() const noexcept { return record_; }
  explicit operator bool() const noexcept { return record_ != nullptr; }

 private:
  const place_record* record_ = nullptr;
};

/// Whether it is one that was made for a `source_place`. The address may be any.
bool is_made_place(const place_record* record) noexcept;

#if ACTORS_SIMULATION
using code_place = source_place;
#else
struct code_place {
  static constexpr code_place here() noexcept { return {}; }
};
#endif

/// The place of a co_await, as it is handed to `await_suspend`: what is worth making a place_ref of where it suspends.
#if ACTORS_SIMULATION || !ACTORS_HAS_PLACE_RECORDS
using await_place = source_place;
#else
using await_place = place_ref;
#endif

}  // namespace actors::inline v1::detail
