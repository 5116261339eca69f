#include <actors/errors.hpp>
#include <actors/sync/semaphore.hpp>

#include <string>

namespace actors::inline v1 {

semaphore::semaphore(std::size_t permits, std::size_t most) : state_{permits * one_permit}, most_{most} {
  if (most > no_limit)
    throw usage_error{"semaphore: expected a limit of at most semaphore::no_limit, found " + std::to_string(most)};
  if (permits > most)
    throw usage_error{"semaphore: expected at most " + std::to_string(most) + " permits, its limit, found " +
                      std::to_string(permits)};
}

void semaphore::refuse_too_many(std::size_t count) const {
  throw usage_error{"semaphore::acquire: expected a request for at most " + std::to_string(most_) +
                    " permits, which is all it can have, found one for " + std::to_string(count) +
                    ", which would wait for ever"};
}

semaphore::permit semaphore::try_acquire(std::size_t count, detail::code_place where) noexcept {
  detail::note_step("try_acquire semaphore", detail::number_of(state_), where);
  return count <= most_ && take(count) ? permit{*this, count} : permit{};
}

semaphore::permit semaphore::blocking_acquire(std::size_t count) {
  if (count > most_) refuse_too_many(count);
  return detail::block_on(detail::permit_request{this, count}, "semaphore::blocking_acquire()");
}

void semaphore::release(std::size_t count, detail::code_place where) {
  detail::note_step("release semaphore", detail::number_of(state_), where);
  std::uint64_t now = state_.load(std::memory_order_relaxed);
  for (;;) {
    const std::uint64_t free = now / one_permit;
    if (free > most_ || count > most_ - free)
      throw usage_error{"semaphore::release: expected at most " + std::to_string(most_) +
                        " permits in all, found a release of " + std::to_string(count) + " beside " +
                        std::to_string(free) +
                        " that are free: release what was acquired, once, or give the semaphore a higher limit"};
    if ((now & waiting) != 0) return serve_with(count);
    if (state_.compare_exchange_weak(now, now + count * one_permit, std::memory_order_release,
                                     std::memory_order_relaxed))
      return;
  }
}

// With the lock of the room: gives of `count` to those at the front what they want; how much is left.
std::uint64_t semaphore::serve(std::uint64_t count, wake_batch& woken) noexcept {
  while (wait_node* front = room_.list.front()) {
    const std::size_t wanted = wanted_by(*front);
    if (wanted > count) break;
    room_.list.remove(*front);
    if (!front->who->claim_at_lock(room_.lock)) continue;
    front->outcome = wait_outcome::delivered;
    woken.add(*front);
    count -= wanted;
  }
  return count;
}

// Those who are served are woken at the end: until then somebody is in a call, and the semaphore lives.
void semaphore::serve_with(std::uint64_t count) noexcept {
  wake_batch woken;
  while (count != 0) {
    std::uint64_t now = state_.load(std::memory_order_relaxed);
    while ((now & waiting) == 0) {
      if (!state_.compare_exchange_weak(now, now + count * one_permit, std::memory_order_release,
                                        std::memory_order_relaxed))
        continue;
      return woken.wake_all();
    }
    const detail::wait_lock::hold held{room_.lock};
    now = state_.load(std::memory_order_relaxed);
    if ((now & waiting) == 0) continue;
    count = serve(now / one_permit + count, woken);
    if (room_.list.empty()) {
      state_.store(0, std::memory_order_relaxed);
    } else {
      state_.store(count * one_permit | waiting, std::memory_order_relaxed);
      count = 0;
    }
  }
  woken.wake_all();
}

bool semaphore::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  waiter::wait_at_lock visit{who, room_.lock};
  const std::uint64_t wanted = wanted_by(node) * one_permit;
  std::uint64_t now = state_.load(std::memory_order_relaxed);
  while ((now & waiting) == 0) {
    const bool enough = now >= wanted;
    const std::uint64_t after = enough ? now - wanted : now | waiting;
    if (!state_.compare_exchange_weak(now, after, std::memory_order_acquire, std::memory_order_relaxed)) continue;
    if (!enough) break;
    node.outcome = wait_outcome::delivered;
    return false;
  }
  if (room_.enlist(node, visit, who, point)) return true;
  if (room_.list.empty()) state_.fetch_and(~waiting, std::memory_order_relaxed);
  return false;
}

void semaphore::withdraw(wait_node& node) noexcept {
  wake_batch woken;
  {
    const detail::wait_lock::hold held{room_.lock};
    if (!node.listed) return;
    room_.list.remove(node);
    // There may be enough for those behind it.
    const std::uint64_t left = serve(state_.load(std::memory_order_relaxed) / one_permit, woken);
    state_.store(left * one_permit | (room_.list.empty() ? 0 : waiting), std::memory_order_release);
  }
  woken.wake_all();
}

}  // namespace actors::inline v1
