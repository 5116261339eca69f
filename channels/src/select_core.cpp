#include <actors/detail/channel_observer.hpp>
#include <actors/detail/random_choice.hpp>
#include <actors/detail/select_core.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace actors::inline v1::detail {

/// The locks of all cases, each once, held while it lives.
class select_core::all_locks {
 public:
  all_locks(const select_core& of, std::uint8_t number) noexcept : begin_{of.locks_}, end_{of.locks_} {
    for (std::uint32_t i = 0; i != of.count_; ++i) {
      const select_case& each = *of.cases_[i];
      if (wait_lock* lock = each.enabled ? each.lock() : nullptr) *end_++ = {lock, nullptr};
    }
    const std::less<> before;
    std::sort(begin_, end_, [&](const selected_lock& a, const selected_lock& b) { return before(a.lock, b.lock); });
    end_ = std::unique(begin_, end_, [](const selected_lock& a, const selected_lock& b) { return a.lock == b.lock; });
    for (selected_lock* each = begin_; each != end_; ++each) each->noted_in = each->lock->lock(number);
  }
  ~all_locks() {
    while (end_ != begin_) {
      --end_;
      end_->lock->unlock(end_->noted_in);
    }
  }
  all_locks(const all_locks&) = delete;
  all_locks& operator=(const all_locks&) = delete;

 private:
  selected_lock* const begin_;
  selected_lock* end_;
};

// The next case to be tried, after so many. A random order is drawn as far as it is needed: one step of the shuffle of
// Fisher and Yates for each case, which is as good from any order.
std::uint32_t select_core::pick(std::uint32_t tried) noexcept {
  if (biased_) return tried;
  const std::uint32_t left = count_ - tried;
  if (left > 1) std::swap(order_[tried], order_[tried + random_choice(left)]);
  return order_[tried];
}

inline bool select_core::try_apart(std::uint32_t index, waiter& who) {
  select_case& each = *cases_[index];
  if (!each.enabled || !each.ready_alone(who)) return false;
  winner_ = index;
  return true;
}

bool select_core::try_apart(waiter& who) {
  // Most selects end with the first case that they try.
  if (count_ == 0) return false;
  const std::uint32_t first = biased_ || count_ == 1 ? 0 : random_choice(count_);
  if (try_apart(biased_ ? 0 : order_[first], who)) return true;
  std::swap(order_[0], order_[first]);
  for (std::uint32_t tried = 1; tried != count_; ++tried)
    if (try_apart(pick(tried), who)) return true;
  return false;
}

bool select_core::try_all(waiter& who, wake_batch& woken) {
  for (std::uint32_t tried = 0; tried != count_; ++tried) {
    const std::uint32_t index = pick(tried);
    select_case& each = *cases_[index];
    if (!each.enabled || !each.ready(who, woken)) continue;
    winner_ = index;
    return true;
  }
  return false;
}

// Enters the case, as long as nobody has decided the wait.
select_core::progress select_core::enter(select_case& each, waiter& who) noexcept {
  each.begin_node(who);
  if (each.enter(who)) {
    each.entered = true;
    return progress::open;
  }
  if (!who.claim()) return progress::decided_by_others;
  each.entered = true;
  each.node().outcome = wait_outcome::delivered;
  return progress::decided;
}

bool select_core::wait(waiter& who, bool otherwise) {
  wake_batch woken;
  progress now = progress::open;
  bool armed = false;
  {
    const all_locks held{*this, who.thread()};
    if (!try_all(who, woken) && !otherwise) {
      entering_.lock();
      waited_ = true;  // before the party arms: from then on it may be resumed, and asks
      armed = who.arm();
      for (std::uint32_t i = 0; armed && i != count_ && now == progress::open; ++i) {
        select_case& each = *cases_[i];
        if (each.enabled && each.lock() != nullptr) now = enter(each, who);
      }
      if (!armed) {
        waited_ = false;
        entering_.unlock();
      }
    }
  }
  if (!armed) {
    woken.wake_all();
    return false;
  }
  for (std::uint32_t i = 0; i != count_ && now == progress::open; ++i) {
    select_case& each = *cases_[i];
    if (each.enabled && each.lock() == nullptr) now = enter(each, who);
  }
  entering_.unlock();
  if (now == progress::decided) return false;
  observe_wait(wait_kind::select);
  return true;
}

void select_core::leave_all() noexcept {
  entering_.lock();
  waited_ = false;
  entering_.unlock();
  for (std::uint32_t i = 0; i != count_; ++i) {
    select_case& each = *cases_[i];
    if (!each.entered) continue;
    each.leave();
    each.entered = false;
    if (each.node().outcome == wait_outcome::none) continue;
    each.outcome = each.node().outcome;
    winner_ = i;
  }
}

}  // namespace actors::inline v1::detail
