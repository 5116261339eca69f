// error_way: follows an error on its way through the coroutines of a turn.
#pragma once

#include <actors/detail/source_place.hpp>
#include <actors/detail/task_state.hpp>
#include <actors/error_trace.hpp>

#include <exception>
#include <memory>
#include <string_view>

namespace actors::inline v1::detail {

/// Whether a file is one of this library's own, whose coroutines are not shown. `header`: one of its folder
/// actors/detail, as the calling code includes it.
bool is_of_the_library(std::string_view file, std::string_view header) noexcept;

/// The error that last left a coroutine in the running turn (or, on a plain thread, came out of a task), and its trace.
/// It goes with the turn: so the exception lives hardly longer than it would, and no other one can have its address
/// while it is looked at here.
struct error_way {
  std::exception_ptr error;
  error_trace trace;

  /// A coroutine ends with the exception that it handles. `header`: a header of this library, as the calling code
  /// includes it.
  static void note_failure(turn& now, const source_place& body, const char* header) noexcept;
  /// The error of `from`, which has ended with it, is about to be thrown at `where`.
  static void note_rethrow(task_state& from, const source_place& where, const char* header) noexcept;
  /// The party is about to end with `ended_with`, and the list of its completions is closed: leaves the trace there, if
  /// it is of that error.
  void keep(task_state& party, const std::exception_ptr& ended_with) noexcept;

  /// For errors that are kept while a task waits: the trace of `error`, and going on with it.
  static error_trace of(const std::exception_ptr& error) noexcept;
  static void go_on(std::exception_ptr error, error_trace trace) noexcept;

 private:
  static std::unique_ptr<error_way>& here() noexcept;
};

}  // namespace actors::inline v1::detail
