#include <actors/sync/shared_mutex.hpp>

namespace actors::inline v1 {

namespace {

char writer_mark;  // what `slot` of a writer's node points to

bool is_writer(const wait_node& node) noexcept { return node.slot == &writer_mark; }

}  // namespace

shared_mutex::guard shared_mutex::try_lock(detail::code_place where) noexcept {
  detail::note_step("try_lock shared_mutex", detail::number_of(state_), where);
  return take<false>() ? guard{*this} : guard{};
}

shared_mutex::shared_guard shared_mutex::try_lock_shared(detail::code_place where) noexcept {
  detail::note_step("try_lock_shared shared_mutex", detail::number_of(state_), where);
  return take<true>() ? shared_guard{*this} : shared_guard{};
}

shared_mutex::guard shared_mutex::blocking_lock() {
  return detail::block_on(detail::shared_mutex_request<false>{this}, "shared_mutex::blocking_lock()");
}

shared_mutex::shared_guard shared_mutex::blocking_lock_shared() {
  return detail::block_on(detail::shared_mutex_request<true>{this}, "shared_mutex::blocking_lock_shared()");
}

template <bool Shared>
bool shared_mutex::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  if constexpr (!Shared) node.slot = &writer_mark;
  waiter::wait_at_lock visit{who, room_.lock};
  std::uint32_t now = state_.load(std::memory_order_relaxed);
  while ((now & waiting) == 0) {
    const bool fits = Shared ? (now & writer) == 0 : now == 0;
    const std::uint32_t after = fits ? now + (Shared ? one_reader : writer) : now | waiting;
    if (!state_.compare_exchange_weak(now, after, std::memory_order_acquire, std::memory_order_relaxed)) continue;
    if (!fits) break;
    node.outcome = wait_outcome::delivered;
    return false;
  }
  if (room_.enlist(Shared ? detail::wait_kind::lock_shared : detail::wait_kind::lock_exclusive, node, visit, who,
                   point))
    return true;
  note_if_nobody_waits();
  return false;
}
template bool shared_mutex::enter<false>(wait_node&, waiter&, std::coroutine_handle<>) noexcept;
template bool shared_mutex::enter<true>(wait_node&, waiter&, std::coroutine_handle<>) noexcept;

// With the lock, as all that follows. Readers may leave meanwhile.
void shared_mutex::note_if_nobody_waits() noexcept {
  if (room_.list.empty()) state_.fetch_and(~waiting, std::memory_order_relaxed);
}

// The readers at the front of the list.
std::uint32_t shared_mutex::admit_readers(wake_batch& woken) noexcept {
  std::uint32_t admitted = 0;
  for (wait_node* front = room_.list.front(); front != nullptr && !is_writer(*front); front = room_.list.front()) {
    room_.list.remove(*front);
    if (!front->who->claim_at_lock(room_.lock)) continue;
    front->outcome = wait_outcome::delivered;
    woken.add(*front);
    admitted += one_reader;
  }
  return admitted;
}

// Gives the place of the one who leaves to those who waited longest: what the state is then, or 0 where nobody waits.
std::uint32_t shared_mutex::admit_next(wake_batch& woken) noexcept {
  while (wait_node* front = room_.list.front()) {
    if (!is_writer(*front)) {
      if (const std::uint32_t admitted = admit_readers(woken)) return admitted;
      continue;
    }
    room_.list.remove(*front);
    if (!front->who->claim_at_lock(room_.lock)) continue;
    front->outcome = wait_outcome::delivered;
    woken.add(*front);
    return writer;
  }
  return 0;
}

// The caller is the writer or, when it looked, the last reader, and somebody waited. False: it must leave once more.
template <bool Shared>
bool shared_mutex::hand_over() noexcept {
  wake_batch woken;
  {
    const detail::wait_lock::hold held{room_.lock};
    const std::uint32_t now = state_.load(std::memory_order_acquire);
    if ((now & waiting) == 0 || (Shared && now / one_reader > 1)) return false;
    // Nobody else changes the state now. Where nobody is left it is not free yet: whoever locks it then may destroy it,
    // and the lock of the room with it.
    const std::uint32_t next = admit_next(woken);
    const std::uint32_t still_waiting = room_.list.empty() ? 0 : waiting;
    state_.store((next != 0 ? next : now & ~waiting) | still_waiting, std::memory_order_release);
    if (next == 0) return false;
  }
  woken.wake_all();
  return true;
}
template bool shared_mutex::hand_over<false>() noexcept;
template bool shared_mutex::hand_over<true>() noexcept;

void shared_mutex::withdraw(wait_node& node) noexcept {
  wake_batch woken;
  {
    const detail::wait_lock::hold held{room_.lock};
    if (!node.listed) return;
    const bool first = room_.list.front() == &node;
    room_.list.remove(node);
    // A writer at the front may have kept readers behind it from joining those who read.
    if (first && (state_.load(std::memory_order_relaxed) & writer) == 0) {
      const std::uint32_t admitted = admit_readers(woken);
      if (admitted != 0) state_.fetch_add(admitted, std::memory_order_acq_rel);
    }
    note_if_nobody_waits();
  }
  woken.wake_all();
}

}  // namespace actors::inline v1
