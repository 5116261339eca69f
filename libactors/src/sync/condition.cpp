#include <actors/detail/channel_observer.hpp>
#include <actors/errors.hpp>
#include <actors/sync/condition.hpp>

namespace actors::inline v1 {

void condition::need_guard(const mutex::guard& held) const {
  if (held.holds(mutex_)) return;
  throw usage_error{held ? "condition::wait: expected a guard of the mutex that the condition was made with, found one "
                           "of another mutex"
                         : "condition::wait: expected a guard that has the mutex of the condition, found an empty one: "
                           "lock the mutex first"};
}

// The party, which has the mutex, lets go of it and waits; it knows where it goes on. False, with the mutex, when a
// cancellation is pending.
bool condition::enter(wait_node& node, waiter& who) noexcept {
  mutex& held = mutex_;
  {
    waiter::wait_at_lock visit{who, room_.lock};
    node.who = &who;
    if (!visit.arm()) return false;
    room_.list.push_back(node);
    detail::observe_wait(detail::wait_kind::condition);
  }
  // The party may be on its way, but not past the mutex.
  held.unlock();
  return true;
}

// The party that was cancelled waits for the mutex. True: it has it.
bool condition::reenter(wait_node& node) noexcept {
  {
    const detail::wait_lock::hold held{room_.lock};
    if (node.listed) room_.list.remove(node);
  }
  return mutex_.enter_shielded(node);
}

// Enters those who were notified at the mutex. The last one, once it has the mutex, may destroy it and the condition.
void condition::pass_on(wait_node* first) noexcept {
  mutex& with = mutex_;
  while (first != nullptr) {
    wait_node& node = *first;
    first = node.next;
    waiter& who = *node.who;
    if (with.enter_shielded(node)) who.wake();
  }
}

void condition::notify_one(detail::code_place where) noexcept {
  detail::note_step("notify_one condition", detail::number_of(number_), where);
  wait_node* first;
  {
    const detail::wait_lock::hold held{room_.lock};
    first = room_.list.claim_front(room_.lock);
    if (first == nullptr) return;
    first->next = nullptr;
  }
  pass_on(first);
}

void condition::notify_all(detail::code_place where) noexcept {
  detail::note_step("notify_all condition", detail::number_of(number_), where);
  wait_node* first = nullptr;
  {
    const detail::wait_lock::hold held{room_.lock};
    wait_node** last = &first;
    while (wait_node* node = room_.list.claim_front(room_.lock)) {
      *last = node;
      last = &node->next;
    }
    *last = nullptr;
  }
  if (first != nullptr) pass_on(first);
}

void condition::blocking_wait(const mutex::guard& held) {
  detail::refuse_on_worker("condition::blocking_wait()");
  need_guard(held);
  detail::thread_waiter self;
  wait_node node;
  self.suspend_at(nullptr);
  enter(node, self);
  self.block();
}

bool detail::condition_wait::await_ready() const {
  source_.need_guard(held_);
  return false;
}

std::uint32_t detail::condition_wait::number() const noexcept { return number_of(source_.number_); }

bool detail::condition_wait::suspend(waiter& who, std::coroutine_handle<> point) noexcept {
  resume = &on_wake;
  who.suspend_at(point, *this);
  node_.who = &who;
  return source_.enter(node_, who);
}

// Called for every wake-up of the party: with the mutex, or for a cancellation without it.
bool detail::condition_wait::on_wake(wake_filter& self, waiter&) noexcept {
  auto& wait = static_cast<condition_wait&>(self);
  if (wait.node_.outcome == wait_outcome::delivered) return true;
  wait.cancelled_ = true;
  return wait.source_.reenter(wait.node_);
}

void detail::condition_wait::await_resume() {
  if (cancelled_ || node_.outcome == wait_outcome::none) throw_cancelled(*node_.who);
}

}  // namespace actors::inline v1
