// channel_observer: what those hear of waits and channels who look closer at a program (a trace that is recorded).
#pragma once

#include <actors/detail/wait_kind.hpp>

#include <atomic>

namespace actors::inline v1::detail {

struct channel_observer {
  /// The turn of the calling thread ends with a wait: for what, a literal, and at which channel, or null. Of the wait
  /// nothing may be touched, as it may be over.
  void (*waits)(const char* what, const void* channel) noexcept;
  void (*closed)(const void* channel) noexcept;
};

/// Null where nobody listens; else a constant. Relaxed: what comes before it is seen is not heard of.
inline constinit std::atomic<const channel_observer*> channels_observed_by{nullptr};

inline void observe_wait(const char* what) noexcept {
  if (const channel_observer* const observer = channels_observed_by.load(std::memory_order_relaxed)) [[unlikely]]
    observer->waits(what, nullptr);
}

inline void observe_wait(wait_kind what) noexcept {
  if (const channel_observer* const observer = channels_observed_by.load(std::memory_order_relaxed)) [[unlikely]]
    observer->waits(text_of(what), nullptr);
}

inline void observe_closed(const void* channel) noexcept {
  if (const channel_observer* const observer = channels_observed_by.load(std::memory_order_relaxed)) [[unlikely]]
    observer->closed(channel);
}

}  // namespace actors::inline v1::detail
