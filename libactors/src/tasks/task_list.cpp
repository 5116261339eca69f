#include <actors/detail/task_list.hpp>
#include <actors/detail/task_state.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

task_list::shard& task_list::shard_of(const task_state& task) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(&task);
  return shards_[(address >> 6 ^ address >> 12) % shard_count];
}

bool task_list::add(task_state& task) noexcept {
  shard& home = shard_of(task);
  const std::lock_guard guard{home.lock};
  task.list_prev = nullptr;
  task.list_next = home.first;
  if (home.first != nullptr) home.first->list_prev = &task;
  home.first = &task;
  ++home.count;
  ++home.added;
  return !home.draining;
}

void task_list::remove(task_state& task) noexcept {
  shard& home = shard_of(task);
  bool emptied = false;
  {
    const std::lock_guard guard{home.lock};
    (task.list_prev != nullptr ? task.list_prev->list_next : home.first) = task.list_next;
    if (task.list_next != nullptr) task.list_next->list_prev = task.list_prev;
    emptied = --home.count == 0 && home.draining;
  }
  if (emptied) {
    const std::lock_guard guard{drained_lock_};
    drained_.notify_all();
  }
}

std::size_t task_list::size() const noexcept {
  std::size_t total = 0;
  for (const shard& each : shards_) {
    const std::lock_guard guard{each.lock};
    total += each.count;
  }
  return total;
}

bool task_list::empty() const noexcept {
  std::array<std::size_t, shard_count> added{};
  for (std::size_t i = 0; i != shard_count; ++i) {
    const std::lock_guard guard{shards_[i].lock};
    if (shards_[i].count != 0) return false;
    added[i] = shards_[i].added;
  }
  // A shard that was empty then, and to which nothing was added since, was empty when the first round ended.
  for (std::size_t i = 0; i != shard_count; ++i) {
    const std::lock_guard guard{shards_[i].lock};
    if (shards_[i].added != added[i]) return false;
  }
  return true;
}

void task_list::cancel_all() noexcept {
  for (shard& each : shards_) {
    const std::lock_guard guard{each.lock};
    each.draining = true;
    // A listed task is alive, and posting it takes no lock of the list.
    for (task_state* task = each.first; task != nullptr; task = task->list_next) task->request_cancel();
  }
}

void task_list::accept() noexcept {
  for (shard& each : shards_) {
    const std::lock_guard guard{each.lock};
    each.draining = false;
  }
}

void task_list::cancel_all_and_wait() {
  cancel_all();
  {
    // Whoever empties a shard notifies; a look that came in between is repeated then.
    std::unique_lock guard{drained_lock_};
    drained_.wait(guard, [this] { return empty(); });
  }
  accept();
}

}  // namespace actors::inline v1::detail
