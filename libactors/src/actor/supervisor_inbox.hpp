// supervisor_inbox: where bodies tell their supervisor that they have ended.
#pragma once

#include <actors/detail/supervisor.hpp>
#include <actors/detail/threads.hpp>
#include <actors/sync/event.hpp>

#include <mutex>
#include <utility>

namespace actors::inline v1::detail {

/// Where bodies tell of their ends. Linked through `supervised`, so that nothing is allocated where a coroutine ends.
struct supervisor_inbox {
  explicit supervisor_inbox(supervisor& of) noexcept : owner{of} {}

  void put(supervised& one) noexcept {
    // A normal end is final, but for those that are started again: the peers see it at once.
    if (closes_at_end(one)) {
      one.close();
      // The supervisor is there: it does not end before all have that it has not abandoned.
      const supervisor::left how = one.is_dynamic_ ? owner.end_child(one) : supervisor::left::no;
      if (how == supervisor::left::as_the_last) changed.set();
      if (how != supervisor::left::no) return;
    }
    {
      const std::lock_guard guard{lock};
      one.next_ended_ = std::exchange(newest, &one);
    }
    changed.set();
  }
  bool closes_at_end(supervised& one) noexcept {
    const std::lock_guard guard{lock};
    const bool is_final = one.failure == nullptr && !one.stays_open_ && !owner.is_started_again(one);
    return is_final && !std::exchange(one.is_closed_, true);
  }
  /// False where its run has ended meanwhile, or is about to tell so.
  bool abandon(supervised& one) {
    const std::lock_guard guard{lock};
    if (one.is_closed_) return false;
    for (const supervised* each = newest; each != nullptr; each = each->next_ended_)
      if (each == &one) return false;
    one.is_closed_ = true;
    one.close_beside_run();
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

  supervisor& owner;
  mutex lock;
  supervised* newest = nullptr;
  event changed;
};

/// While it is there nobody but the supervisor's task takes out of its list.
struct supervisor::walk {
  explicit walk(supervisor& along) : of{along} { put(true); }
  ~walk() { put(false); }
  walk(const walk&) = delete;
  void put(bool now) const {
    const std::lock_guard guard{of.lock_};
    of.walks_ = now;
  }
  supervisor& of;
};

}  // namespace actors::inline v1::detail
