// blocking_pool: threads for calls that block: started on demand up to a maximum, ended when there was nothing to do.
#pragma once

#include <actors/detail/scheduler.hpp>
#include <actors/detail/threads.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <vector>

namespace actors::inline v1::detail {

/// Invariant, under `lock_`: while jobs are queued, either a thread is on its way to the queue for each of them (idle
/// threads that were notified, threads just started) or the maximum is running. A thread decides to leave under the
/// lock and only when the queue is empty, so that no job is dropped by one that is about to go.
class blocking_pool {
 public:
  blocking_pool(std::size_t max_threads, std::chrono::milliseconds keep_alive)
      : max_threads_{max_threads == 0 ? 1 : max_threads}, keep_alive_{std::min(keep_alive, longest_keep_alive)} {}
  /// Waits for the calls that run. Precondition: nothing is queued.
  ~blocking_pool();
  blocking_pool(const blocking_pool&) = delete;
  blocking_pool& operator=(const blocking_pool&) = delete;

  bool offload(blocking_job& job);
  bool recall(blocking_job& job) noexcept;

 private:
  using thread_entry = std::list<joining_thread>::iterator;
  void start_thread();
  void thread_main(thread_entry self) noexcept;
  void unlink(blocking_job& job) noexcept;

  // Can be added to the present time without an overflow.
  static constexpr std::chrono::milliseconds longest_keep_alive = std::chrono::hours{24 * 365};

  const std::size_t max_threads_;
  const std::chrono::milliseconds keep_alive_;
  mutex lock_;
  condition_variable work_;
  blocking_job* first_ = nullptr;
  blocking_job* last_ = nullptr;
  std::size_t queued_ = 0;
  std::size_t idle_ = 0;  ///< threads waiting for a job that nobody was notified of
  bool closing_ = false;
  std::list<joining_thread> threads_;
  std::vector<joining_thread> ended_;  ///< threads that left and are to be joined
};

}  // namespace actors::inline v1::detail
