// trace_events: what the parts of the library record in a trace, apart from tasks.
#pragma once

#include <actors/detail/code_place.hpp>
#include <actors/detail/observers.hpp>

#include "trace_ring.hpp"

#include <cstdint>
#include <string_view>

namespace actors::inline v1::detail {

void record_worker_event(trace_kind kind, std::uint64_t object) noexcept;

/// Something that a worker does between turns.
inline void trace_worker(trace_kind kind, std::uint64_t object = 0) noexcept {
  if (tracing()) [[unlikely]]
    record_worker_event(kind, object);
}

/// Lives while a call runs on a thread of a pool.
class traced_call {
 public:
  explicit traced_call(const source_place& submitted_at) noexcept {
    if (tracing()) [[unlikely]]
      begin(submitted_at);
  }
  ~traced_call() {
    if (begun_) [[unlikely]]
      end();
  }
  traced_call(const traced_call&) = delete;
  traced_call& operator=(const traced_call&) = delete;

 private:
  void begin(const source_place& submitted_at) noexcept;
  static void end() noexcept;

  bool begun_ = false;
};

/// Lives while an actor, or a team, runs.
class traced_stay {
 public:
  enum class kind : std::uint8_t { actor, team };

  traced_stay(std::string_view name, kind of) noexcept {
    if (tracing()) [[unlikely]]
      begin(name, of);
  }
  ~traced_stay() {
    if (number_ != 0) [[unlikely]]
      end();
  }
  traced_stay(const traced_stay&) = delete;
  traced_stay& operator=(const traced_stay&) = delete;

 private:
  void begin(std::string_view name, kind of) noexcept;
  void end() noexcept;

  std::uint64_t number_ = 0;
};

}  // namespace actors::inline v1::detail
