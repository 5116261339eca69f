// observers: whether somebody looks closer at what tasks do: debug mode, or a trace that is being recorded.
#pragma once

#include <atomic>
#include <cstdint>

namespace actors::inline v1::detail {

inline constexpr std::uint8_t observed_by_debug_mode = 1;
inline constexpr std::uint8_t observed_by_trace = 2;

/// Relaxed: whoever sees a bit late misses what comes before that, and nothing else follows from it.
inline constinit std::atomic<std::uint8_t> observers{0};

inline bool observed() noexcept { return observers.load(std::memory_order_relaxed) != 0; }
inline bool debug_mode() noexcept { return (observers.load(std::memory_order_relaxed) & observed_by_debug_mode) != 0; }
inline bool tracing() noexcept { return (observers.load(std::memory_order_relaxed) & observed_by_trace) != 0; }

}  // namespace actors::inline v1::detail
