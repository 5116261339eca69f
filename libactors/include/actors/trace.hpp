// trace: records what tasks, workers, channels, pools and actors do, for https://ui.perfetto.dev and chrome://tracing.
#pragma once

#include <actors/detail/observers.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

namespace actors::inline v1 {

namespace detail {
class trace_session;
std::uint64_t begin_trace_slice(std::string_view name) noexcept;
void end_trace_slice(std::uint64_t number) noexcept;
void record_trace_event(std::string_view name) noexcept;
void record_trace_counter(std::string_view name, double value) noexcept;
}  // namespace detail

/// What goes where a thread's memory for events is full. What went is counted in the output.
enum class trace_overflow : std::uint8_t {
  drop_oldest,  ///< the output has the latest events: a flight recorder
  drop_newest   ///< it has the first ones
};

struct trace_options {
  /// Memory for the events of each thread, 32 bytes each; the next power of two below is used, 2048 at least. A thread
  /// takes it with its first event.
  std::size_t bytes_per_thread = std::size_t{1} << 20U;
  /// Of so many threads events are kept. Those of threads that have ended make room for those of new ones.
  std::size_t threads = 256;
  trace_overflow when_full = trace_overflow::drop_oldest;
  // What is recorded.
  bool turns = true;     ///< turns of tasks; how they were spawned, what they wait for, how they end
  bool wakes = true;     ///< who wakes whom
  bool workers = true;   ///< workers that sleep, work that one takes from another, timers that fire
  bool channels = true;  ///< channels that are closed
  bool calls = true;     ///< calls on pools of threads
  bool actors = true;    ///< actors and teams, from start to end
  bool program = true;   ///< trace_event, trace_slice, trace_counter
};

/// A recording of the whole process, from its construction until `stop`. Its memory is freed with it, and at the latest
/// when the threads that it has recorded record something else, or end. All members can be called from any thread, also
/// while tasks run. Under simulation nothing is recorded.
///
///     actors::trace_recording recording;
///     actors::run(amain());
///     recording.write_file("trace.json");
class trace_recording {
 public:
  /// Throws usage_error where another one records, or the options make no sense.
  explicit trace_recording(const trace_options& options = {});
  ~trace_recording();
  trace_recording(const trace_recording&) = delete;
  trace_recording& operator=(const trace_recording&) = delete;

  /// Ends the recording; without effect afterwards. What threads are about to record at this moment may be missing.
  void stop() noexcept;

  /// Writes what there is, as JSON in the Trace Event Format; while it records, up to now. Throws std::bad_alloc; that
  /// the stream fails is seen at the stream.
  void write(std::ostream& to) const;
  std::string json() const;
  /// The same into a file, which is replaced. Throws `error` where it cannot be written.
  void write_file(const std::string& path) const;

  /// How many events are there no more, as there was no room for them.
  std::uint64_t dropped() const;
  /// The memory that the events take, in bytes.
  std::size_t memory() const;

 private:
  const std::shared_ptr<detail::trace_session> session_;
};

/// Records that something has happened in the calling task or thread. The name is copied. While nothing is recorded it
/// costs the load of a flag, as do the following. Any thread.
inline void trace_event(std::string_view name) noexcept {
  if (detail::tracing()) [[unlikely]]
    detail::record_trace_event(name);
}

/// Records a value that changes: the length of a queue, say. One that is not finite is left out.
inline void trace_counter(std::string_view name, double value) noexcept {
  if (detail::tracing()) [[unlikely]]
    detail::record_trace_counter(name, value);
}

/// Records how long it lives, in the calling task or thread. It may live across waits of its task; then it is shown
/// beside the workers, with what the task waits for meanwhile.
class trace_slice {
 public:
  explicit trace_slice(std::string_view name) noexcept {
    if (detail::tracing()) [[unlikely]]
      number_ = detail::begin_trace_slice(name);
  }
  ~trace_slice() {
    if (number_ != 0) [[unlikely]]
      detail::end_trace_slice(number_);
  }
  trace_slice(const trace_slice&) = delete;
  trace_slice& operator=(const trace_slice&) = delete;

 private:
  std::uint64_t number_ = 0;
};

}  // namespace actors::inline v1
