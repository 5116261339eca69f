// environment_trace: the recording that ACTORS_TRACE=FILE asks for.
#pragma once

namespace actors::inline v1::detail {

/// A member of each runtime. With the first one the recording begins, with the end of the last one it is written; it
/// goes on, and what runtimes that come later do is written with it once more.
class environment_trace {
 public:
  /// Throws usage_error where the file cannot be written, or ACTORS_TRACE_BYTES (a thread) is no number.
  environment_trace();
  ~environment_trace();
  environment_trace(const environment_trace&) = delete;
  environment_trace& operator=(const environment_trace&) = delete;

  /// Writes what there is, for a process that is about to end. An error is said on stderr.
  static void write() noexcept;
};

}  // namespace actors::inline v1::detail
