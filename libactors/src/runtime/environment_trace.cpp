#include "environment_trace.hpp"

#include <actors/detail/code_place.hpp>
#include <actors/errors.hpp>
#include <actors/trace.hpp>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace actors::inline v1::detail {

namespace {

struct asked_trace {
  std::mutex lock;  ///< guards what follows
  unsigned runtimes = 0;
  std::string path;
  std::unique_ptr<trace_recording> recording;
};
// Never destroyed: threads may record until the process is gone.
asked_trace& asked() {
  static auto* const one = new asked_trace;
  return *one;
}

std::string_view variable(const char* name) noexcept {
  const char* const text = std::getenv(name);
  return text == nullptr ? "" : text;
}

trace_options options_of_environment() {
  trace_options options;
  const std::string_view text = variable("ACTORS_TRACE_BYTES");
  if (text.empty()) return options;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), options.bytes_per_thread);
  if (fault != std::errc{} || stop != text.data() + text.size())
    throw usage_error{"ACTORS_TRACE_BYTES=" + std::string{text} + ": expected a number of bytes for each thread"};
  return options;
}

void begin(asked_trace& trace) {
  const std::string_view path = variable("ACTORS_TRACE");
  if (ACTORS_SIMULATION != 0 || path.empty() || trace.recording != nullptr) return;
  trace.path = path;
  try {
    auto recording = std::make_unique<trace_recording>(options_of_environment());
    recording->write_file(trace.path);  // so that what is wrong with the file is known before the work is done
    trace.recording = std::move(recording);
  } catch (const usage_error&) {
    throw;
  } catch (const error& fault) {
    throw usage_error{"ACTORS_TRACE=" + trace.path + ": " + fault.what()};
  }
}

}  // namespace

environment_trace::environment_trace() {
  asked_trace& trace = asked();
  const std::lock_guard guard{trace.lock};
  begin(trace);
  ++trace.runtimes;
}

environment_trace::~environment_trace() {
  {
    asked_trace& trace = asked();
    const std::lock_guard guard{trace.lock};
    if (--trace.runtimes != 0) return;
  }
  write();
}

void environment_trace::write() noexcept {
  asked_trace& trace = asked();
  const std::lock_guard guard{trace.lock};
  if (trace.recording == nullptr) return;
  try {
    trace.recording->write_file(trace.path);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "actors: ACTORS_TRACE: %s\n", fault.what());
  }
}

}  // namespace actors::inline v1::detail
