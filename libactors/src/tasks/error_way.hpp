// error_way: follows an error on its way through the coroutines of a turn.
#pragma once

#include <actors/detail/code_place.hpp>
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
/// It goes with the turn.
///
/// The exception is known by its address, and not owned: to whom it belongs, and when it ends, is the program's affair
/// (it may hold a lock, or refer to what is gone soon). Another one can have that address later. It is not taken for
/// the first where it leaves a coroutine that the first did not come to; where it does, that coroutine has dealt with
/// the first and thrown the other at once, which is most often why.
struct error_way {
  const void* error = nullptr;
  const void* came_to = nullptr;  ///< the frame of the coroutine in which it was thrown again; null: any
  bool on_its_way = false;        ///< it was thrown again, and has not left another coroutine since
  error_trace trace;

  /// The coroutine `failed` ends with the exception that it handles, which is `now.failure`. `header`: a header of this
  /// library, as the calling code includes it.
  static void note_failure(turn& now, task_state& failed, const source_place& body, const char* header) noexcept;
  /// The error of `from`, which has ended with it, is about to be thrown at `where`.
  static void note_rethrow(task_state& from, const source_place& where, const char* header) noexcept;
  /// The party is about to end with `ended_with`, and the list of its completions is closed: leaves the trace there, if
  /// it is of that error.
  void keep(task_state& party, const std::exception_ptr& ended_with) noexcept;

  /// For errors that are kept while a task waits: the trace of `error`, and going on with it.
  static error_trace of(const std::exception_ptr& error) noexcept;
  static void go_on(const std::exception_ptr& error, error_trace trace) noexcept;

 private:
  static std::unique_ptr<error_way>& here() noexcept;
};

}  // namespace actors::inline v1::detail
