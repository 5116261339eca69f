#include <actors/sync/barrier.hpp>

#include <utility>

namespace actors::inline v1 {

std::size_t detail::barrier_request::result(wait_outcome outcome) const {
  if (outcome == wait_outcome::closed)
    throw broken_barrier{
        "barrier: expected that all parties arrive, found that it was aborted or reset: reset() makes "
        "a barrier that was aborted usable again"};
  return index;
}

barrier::barrier(std::size_t parties, detail::unique_function<void()> completion)
    : parties_{parties}, completion_{std::move(completion)} {
  if (parties == 0) throw usage_error{"barrier: expected at least one party, found 0"};
}

std::size_t barrier::blocking_arrive_and_wait() {
  return detail::block_on(detail::barrier_request{this}, "barrier::blocking_arrive_and_wait()");
}

// With the lock. Those who were cancelled and have not withdrawn yet do not count; whoever stays is still waiting when
// it is claimed, as a cancellation needs the lock.
bool barrier::is_last() noexcept {
  if (arrived_ + 1 < parties_) return false;
  for (wait_node* node = room_.list.front(); node != nullptr;) {
    wait_node* after = node->next;
    if (!node->who->waits_at_lock(room_.lock)) {
      room_.list.remove(*node);
      --arrived_;
    }
    node = after;
  }
  return arrived_ + 1 == parties_;
}

bool barrier::enter(std::size_t& index, wait_node& node, waiter& who, std::coroutine_handle<> point) {
  wake_batch woken;
  wait_node* first = nullptr;
  {
    waiter::wait_at_lock visit{who, room_.lock};
    if (broken_) {
      node.outcome = wait_outcome::closed;
      return false;
    }
    if (!is_last()) {
      node.slot = &index;
      if (!room_.enlist(detail::wait_kind::barrier, node, visit, who, point)) return false;
      ++arrived_;
      return true;
    }
    std::size_t next = 0;
    first = room_.list.front();
    while (wait_node* each = room_.list.claim_front(room_.lock)) {
      *static_cast<std::size_t*>(each->slot) = next++;
      each->outcome = wait_outcome::delivered;
      woken.add(*each);
    }
    index = next;
    arrived_ = 0;
  }
  node.outcome = wait_outcome::delivered;
  try {
    if (completion_) completion_();
  } catch (...) {
    for (; first != nullptr; first = first->next) first->outcome = wait_outcome::closed;
    abort();
    woken.wake_all();
    throw;
  }
  woken.wake_all();
  return false;
}

void barrier::withdraw(wait_node& node) noexcept {
  const detail::wait_lock::hold held{room_.lock};
  if (!node.listed) return;
  room_.list.remove(node);
  --arrived_;
}

void barrier::end_waits(bool broken) noexcept {
  wake_batch woken;
  {
    const detail::wait_lock::hold held{room_.lock};
    broken_ = broken;
    while (wait_node* node = room_.list.claim_front(room_.lock)) {
      node->outcome = wait_outcome::closed;
      woken.add(*node);
    }
    arrived_ = 0;
  }
  woken.wake_all();
}

void barrier::abort(detail::code_place where) noexcept {
  detail::note_step("abort barrier", detail::number_of(number_), where);
  end_waits(true);
}

void barrier::reset(detail::code_place where) noexcept {
  detail::note_step("reset barrier", detail::number_of(number_), where);
  end_waits(false);
}

bool barrier::broken() const noexcept {
  const detail::wait_lock::hold held{room_.lock};
  return broken_;
}

std::size_t barrier::waiting() const noexcept {
  const detail::wait_lock::hold held{room_.lock};
  return arrived_;
}

}  // namespace actors::inline v1
