// error_trace: the way that an error took through coroutines and tasks, from where it was thrown outwards.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// A coroutine that an error left.
struct trace_frame {
  const char* function;  ///< as the compiler names it, without its scope
  const char* file;
  /// Of the first frame: where the function begins, or ends, as the compiler has it. Of the others: where it awaited
  /// the frame before.
  unsigned line;
  /// Where the error left a task here: its name.
  std::string task{};
};

/// What Python's traceback is to asyncio: the chain of those who awaited each other, through joins, groups and gathers.
/// Frames of this library are left out. Of very long ways the middle is left out.
///
/// An error that is kept (std::exception_ptr) while its task waits, and thrown again then, begins a new trace; the
/// library's own groups, exit stacks and handles keep it.
class error_trace {
 public:
  static constexpr std::size_t most_frames = 64;

  error_trace() noexcept = default;
  explicit error_trace(std::vector<trace_frame> frames, std::size_t omitted = 0) noexcept
      : frames_{std::move(frames)}, omitted_{omitted} {}

  bool empty() const noexcept { return frames_.empty(); }
  /// The first one is where the error was thrown.
  const std::vector<trace_frame>& frames() const noexcept { return frames_; }
  /// How many are left out behind the first half.
  std::size_t omitted() const noexcept { return omitted_; }

  /// Adds a frame at the end; in place of one in the middle where there are too many.
  void add(trace_frame frame);
  /// The last frame is where the error left the task of that name.
  void leave_task(std::string name);

  /// A line for each frame, each with the indent in front and ended by a newline:
  ///
  ///     in read_config (config.cpp:21)
  ///     awaited by load (main.cpp:40), task 'loader'
  std::string to_string(const char* indent = "    ") const;

 private:
  std::vector<trace_frame> frames_;
  std::size_t omitted_ = 0;
};

/// In a handler: the trace of the exception that it handles; empty where that did not come out of a coroutine of this
/// library. In a coroutine only before its next wait; on a plain thread after a `run` or `get` that threw. (An
/// exception is known by its address: one that was thrown after the first was destroyed, without a wait in between, can
/// be taken for it.)
error_trace current_error_trace();

}  // namespace actors::inline v1
