// task_list: every live task of a scheduler, so that a runtime can list them, cancel them and wait until they ended.
#pragma once

#include <actors/detail/spin_lock.hpp>

#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace actors::inline v1::detail {

class task_state;

/// Sharded by the address of the task, so that workers rarely meet. A listed task is alive.
class task_list {
 public:
  task_list() = default;
  task_list(const task_list&) = delete;
  task_list& operator=(const task_list&) = delete;

  /// False between `cancel_all` and `accept`: the task is listed all the same, and must be cancelled by the caller.
  bool add(task_state& task) noexcept;
  /// The task ended. It is not touched any more.
  void remove(task_state& task) noexcept;

  std::size_t size() const noexcept;
  /// Whether there was a moment during the call at which no task was listed. (`size()` counts one shard after the
  /// other: a task that ends in one while its child appears in another can be missed, and the child too.)
  bool empty() const noexcept;

  /// Asks every listed task to stop, and those that are added until `accept`.
  void cancel_all() noexcept;
  void accept() noexcept;

  /// The two around a wait until the list is empty. Blocks; not on a worker.
  void cancel_all_and_wait();

 private:
  static constexpr std::size_t shard_count = 16;
  struct alignas(64) shard {
    mutable spin_lock lock;
    task_state* first = nullptr;
    std::size_t count = 0;
    std::size_t added = 0;  ///< tasks that were ever added
    bool draining = false;
  };
  shard& shard_of(const task_state& task) noexcept;

  std::array<shard, shard_count> shards_;
  std::mutex drained_lock_;
  std::condition_variable drained_;
};

}  // namespace actors::inline v1::detail
