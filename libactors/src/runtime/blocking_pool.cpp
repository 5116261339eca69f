#include "blocking_pool.hpp"

#include "thread_placement.hpp"

#include <system_error>
#include <utility>

namespace actors::inline v1::detail {

blocking_pool::~blocking_pool() {
  std::list<joining_thread> running;  // joined at the end of the scope, outside of the lock
  {
    const std::lock_guard guard{lock_};
    closing_ = true;
    running.swap(threads_);
  }
  work_.notify_all();
}

bool blocking_pool::offload(blocking_job& job) {
  std::vector<joining_thread> ended;  // joined at the end of the scope; they have left the lock for good already
  const std::lock_guard guard{lock_};
  ended.swap(ended_);
  if (idle_ <= queued_ && threads_.size() < max_threads_) start_thread();
  if (!job.who->arm()) return false;
  job.at = blocking_job::stage::queued;
  job.prev = last_;
  job.next = nullptr;
  (last_ != nullptr ? last_->next : first_) = &job;
  last_ = &job;
  ++queued_;
  work_.notify_one();
  return true;
}

void blocking_pool::start_thread() {
  cpu_mask usable = mask_before_pinning();  // of the worker that runs this; its one CPU is not for calls that block
  const thread_entry entry = threads_.emplace(threads_.end());
  try {
    *entry = joining_thread{[this, entry, usable = std::move(usable)] {
      usable.apply();
      thread_main(entry);
    }};
  } catch (const std::system_error&) {
    threads_.erase(entry);
    if (threads_.empty()) throw;  // with at least one thread the job only waits longer
  }
}

void blocking_pool::unlink(blocking_job& job) noexcept {
  (job.prev != nullptr ? job.prev->next : first_) = job.next;
  (job.next != nullptr ? job.next->prev : last_) = job.prev;
  --queued_;
}

bool blocking_pool::recall(blocking_job& job) noexcept {
  const std::lock_guard guard{lock_};
  if (job.at == blocking_job::stage::queued) {
    unlink(job);
    job.at = blocking_job::stage::idle;
    return true;
  }
  if (job.at == blocking_job::stage::done) return true;
  job.who->arm_shielded();
  return false;
}

void blocking_pool::thread_main(thread_entry self) noexcept {
  name_this_thread("actors-blocking");
  std::unique_lock guard{lock_};
  for (;;) {
    if (first_ == nullptr) {
      if (closing_) return;
      ++idle_;
      const bool in_time = work_.wait_for(guard, keep_alive_, [&] { return first_ != nullptr || closing_; });
      --idle_;
      if (!in_time) {
        if (closing_) return;
        ended_.push_back(std::move(*self));
        threads_.erase(self);
        return;
      }
      continue;
    }
    blocking_job& job = *first_;
    unlink(job);
    job.at = blocking_job::stage::running;
    guard.unlock();
    job.call(job);
    guard.lock();
    job.at = blocking_job::stage::done;
    // Where the claim fails a cancellation woke the party: it will find the job done.
    if (job.who->claim()) job.who->wake();
  }
}

}  // namespace actors::inline v1::detail
