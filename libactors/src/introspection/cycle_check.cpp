#include "cycle_check.hpp"

#include <actors/detail/wait_lock.hpp>
#include <actors/join_handle.hpp>
#include <actors/sync/mutex.hpp>

#include <algorithm>
#include <deque>
#include <functional>

namespace actors::inline v1::detail {

namespace {

bool waits_for_end(const wait_edge& edge) noexcept {
  struct looker {
    const task_state* who;
    bool found = false;
  } context{edge.who};
  edge.whom->completions().visit(
      [](const completion& entry, void* self) {
        auto& here = *static_cast<looker*>(self);
        here.found = here.found || awaiter_of(entry).party == here.who;
      },
      &context);
  return context.found && edge.who->waits();
}

bool waits_for_mutex(const wait_edge& edge, const wait_lock& lock) noexcept {
  if (!edge.who->waits_at_lock(lock)) return false;
  source_report its;
  describe_mutex(lock, its);
  return its.holder == static_cast<const waiter*>(edge.whom);
}

}  // namespace

// Where one of the waits is at a mutex, that one cannot end while its lock is held, nor then, round the ring, any
// other. Where all are for ends, none of them ends before another one has, as long as nobody is cancelled.
bool wait_at_once(const std::vector<wait_edge>& edges) {
  // The memory of the mutexes stays while they are visited, as long as somebody waits there then.
  std::deque<wait_visit> visits;
  std::vector<wait_lock*> locks;
  for (const wait_edge& each : edges) {
    if (!each.at_mutex) continue;
    wait_lock* const lock = each.who->noted_lock();
    if (lock == nullptr) return false;
    visits.emplace_back(lock);
    if (each.who->noted_lock() != lock) return false;
    locks.push_back(lock);
  }
  // In the order of their addresses, as selects take theirs.
  std::vector<wait_lock*> in_order = locks;
  std::sort(in_order.begin(), in_order.end(), std::less<>{});
  in_order.erase(std::unique(in_order.begin(), in_order.end()), in_order.end());
  std::deque<wait_lock::hold> held;
  for (wait_lock* const each : in_order) held.emplace_back(*each);
  auto lock = locks.begin();
  return std::all_of(edges.begin(), edges.end(), [&](const wait_edge& each) {
    return each.at_mutex ? waits_for_mutex(each, **lock++) : waits_for_end(each);
  });
}

}  // namespace actors::inline v1::detail
