// supervisor::inbox: where bodies tell their supervisor that they have ended.
#pragma once

#include <actors/detail/supervisor.hpp>
#include <actors/detail/threads.hpp>
#include <actors/sync/event.hpp>

#include <mutex>
#include <utility>

namespace actors::inline v1::detail {

/// Where bodies tell of their ends. Linked through `supervised`, so that nothing is allocated where a coroutine ends.
struct supervisor::inbox {
  void put(supervised& one) noexcept {
    // A normal end is final, but for those that are started again: the peers see it at once.
    if (closes_at_end(one)) one.close();
    {
      const std::lock_guard guard{lock};
      one.next_ended_ = std::exchange(newest, &one);
    }
    changed.set();
  }
  bool closes_at_end(supervised& one) noexcept {
    const std::lock_guard guard{lock};
    const bool is_final = one.failure == nullptr && one.as.life != lifetime::permanent && !one.stays_open_;
    return is_final && !std::exchange(one.is_closed_, true);
  }
  /// False where its run has ended meanwhile.
  bool abandon(supervised& one) {
    const std::lock_guard guard{lock};
    for (const supervised* each = newest; each != nullptr; each = each->next_ended_)
      if (each == &one) return false;
    if (!std::exchange(one.is_closed_, true)) one.close_beside_run();
    return true;
  }
  void keep_open(supervised& one, bool stays_open) {
    const std::lock_guard guard{lock};
    one.stays_open_ = stays_open;
  }
  supervised* take_all() noexcept {  // the last one first
    const std::lock_guard guard{lock};
    return std::exchange(newest, nullptr);
  }

  mutex lock;
  supervised* newest = nullptr;
  event changed;
};

}  // namespace actors::inline v1::detail
