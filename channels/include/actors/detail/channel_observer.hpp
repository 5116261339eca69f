// channel_observer: what those hear of waits and channels who look closer at a program (a trace that is recorded).
#pragma once

#include <actors/detail/wait_kind.hpp>

#include <atomic>
#include <cstddef>

namespace actors::inline v1::detail {

struct channel_observer {
  /// The turn of the calling thread ends with a wait: for what, and at which channel, or null. Of the wait nothing may
  /// be touched, as it may be over.
  void (*waits)(wait_kind what, const void* channel) noexcept;
  void (*closed)(const void* channel) noexcept;
};

class channel_entry;

/// Debug mode: the last receiver of a channel has gone, and nobody ever tried to receive from it; `values` that were in
/// it are lost, and the sends of `senders` parties that wait fail. Called without the channel's lock.
using unread_channel_listener = void (*)(const channel_entry& channel, std::size_t values,
                                         std::size_t senders) noexcept;
/// Not null in debug mode: channels that are made from then on note whether somebody receives.
inline constinit std::atomic<unread_channel_listener> unread_channels_told_to{nullptr};

/// Null where nobody listens; else a constant. Relaxed: what comes before it is seen is not heard of.
inline constinit std::atomic<const channel_observer*> channels_observed_by{nullptr};

inline void observe_wait(wait_kind what) noexcept {
  if (const channel_observer* const observer = channels_observed_by.load(std::memory_order_relaxed)) [[unlikely]]
    observer->waits(what, nullptr);
}

inline void observe_closed(const void* channel) noexcept {
  if (const channel_observer* const observer = channels_observed_by.load(std::memory_order_relaxed)) [[unlikely]]
    observer->closed(channel);
}

}  // namespace actors::inline v1::detail
