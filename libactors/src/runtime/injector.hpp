// injector: the queue all workers share: work from other threads, and what does not fit into a local queue.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/executor.hpp>

#include <cstddef>
#include <mutex>

namespace actors::inline v1::detail {

/// First in, first out, unbounded, intrusive: pushing never fails. `size_` is changed under the lock; it is read
/// without it (seq_cst, see local_queue: a pusher looks at the sleepers afterwards, a sleeper looks here afterwards).
class injector {
 public:
  void push(runnable& work) noexcept { push_chain(work, work, 1); }

  /// `first` to `last` are linked by `next`.
  void push_chain(runnable& first, runnable& last, std::size_t count) noexcept {
    const std::lock_guard guard{lock_};
    last.next = nullptr;
    if (tail_ != nullptr)
      tail_->next = &first;
    else
      head_ = &first;
    tail_ = &last;
    size_.store(size_.load(std::memory_order_relaxed) + count, std::memory_order_seq_cst);
  }

  bool empty() const noexcept { return size_.load(std::memory_order_seq_cst) == 0; }

  /// For reports.
  std::size_t length() const noexcept { return unseen(size_).load(std::memory_order_relaxed); }

  runnable* pop() noexcept {
    if (empty()) return nullptr;
    const std::lock_guard guard{lock_};
    runnable* work = head_;
    if (work == nullptr) return nullptr;
    head_ = work->next;
    if (head_ == nullptr) tail_ = nullptr;
    size_.store(size_.load(std::memory_order_relaxed) - 1, std::memory_order_seq_cst);
    return work;
  }

  /// Takes a share of the queue for one of `workers`: at most `most`, as a chain linked by `next`.
  runnable* pop_share(std::size_t workers, std::size_t most) noexcept {
    if (empty()) return nullptr;
    const std::lock_guard guard{lock_};
    std::size_t size = size_.load(std::memory_order_relaxed);
    if (size == 0) return nullptr;
    std::size_t count = size / workers + 1;
    if (count > most) count = most;
    if (count > size) count = size;
    runnable* first = head_;
    runnable* last = first;
    for (std::size_t i = 1; i < count; ++i) last = last->next;
    head_ = last->next;
    if (head_ == nullptr) tail_ = nullptr;
    last->next = nullptr;
    size_.store(size - count, std::memory_order_seq_cst);
    return first;
  }

 private:
  spin_lock lock_;
  runnable* head_ = nullptr;
  runnable* tail_ = nullptr;
  atomic<std::size_t> size_{0};
};

}  // namespace actors::inline v1::detail
