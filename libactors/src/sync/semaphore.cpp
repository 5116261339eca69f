#include <actors/errors.hpp>
#include <actors/sync/semaphore.hpp>

#include <string>

namespace actors::inline v1 {

semaphore::semaphore(std::size_t permits, std::size_t most) : free_{permits}, most_{most} {
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
  detail::note_step("try_acquire semaphore", detail::number_of(free_), where);
  return count <= most_ && take(count, detail::thread_number()) ? permit{*this, count} : permit{};
}

semaphore::permit semaphore::blocking_acquire(std::size_t count) {
  if (count > most_) refuse_too_many(count);
  return detail::block_on(detail::permit_request{this, count}, "semaphore::blocking_acquire()");
}

void semaphore::release(std::size_t count, detail::code_place where) {
  detail::note_step("release semaphore", detail::number_of(free_), where);
  wake_batch woken;
  std::size_t free;
  bool too_many;
  {
    const detail::wait_lock::hold held{room_.lock};
    free = available();
    too_many = free > most_ || count > most_ - free;
    if (!too_many) give_under_lock(count, woken);
  }
  if (too_many)
    throw usage_error{"semaphore::release: expected at most " + std::to_string(most_) +
                      " permits in all, found a release of " + std::to_string(count) + " beside " +
                      std::to_string(free) +
                      " that are free: release what was acquired, once, or give the semaphore a higher limit"};
  woken.wake_all();
}

// With the lock of the room: gives those at the front what they want, while there is enough.
void semaphore::serve(wake_batch& woken) noexcept {
  std::size_t free = available();
  while (wait_node* front = room_.list.front()) {
    const std::size_t wanted = wanted_by(*front);
    if (wanted > free) break;
    room_.list.remove(*front);
    if (!front->claim(room_.lock)) continue;
    front->outcome = wait_outcome::delivered;
    woken.add(*front);
    free -= wanted;
  }
  set_free(free);
}

bool semaphore::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  waiter::wait_at_lock visit{who, room_.lock};
  if (!take_under_lock(wanted_by(node)))
    return room_.enlist(detail::wait_kind::acquire_semaphore, node, visit, who, point);
  node.outcome = wait_outcome::delivered;
  return false;
}

void semaphore::withdraw(wait_node& node) noexcept {
  wake_batch woken;
  {
    const detail::wait_lock::hold held{room_.lock};
    if (node.listed) room_.list.remove(node);
    serve(woken);  // there may be enough for those behind it, also where somebody else took it out of the list
  }
  woken.wake_all();
}

}  // namespace actors::inline v1
