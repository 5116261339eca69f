// two_locks: a ring with a lock for those who send and one for those who receive.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/spin_lock.hpp>

#include "parked.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace bench::cores {

/// After the queue with two locks of Michael and Scott, "Simple, Fast, and Practical Non-Blocking and Blocking
/// Concurrent Queue Algorithms" (1996), with a count of values in place of their dummy node.
///
/// Invariants: `tail_` and the list of senders belong to the lock of the senders, `head_` and that of receivers to the
/// other one. `size_` is raised after a value was stored (release) and lowered after it was taken (release): whoever
/// reads it (acquire) may use so many slots. A sender waits only if it found the ring full, under the lock of the
/// senders; the receiver that makes room in a full ring takes that lock, and stores for those who wait. It does so
/// after it lowered `size_`, so either it finds the sender, or that one finds room. The same with the sides exchanged.
///
/// The capacity is a power of two.
template <class T>
class two_locks {
 public:
  explicit two_locks(std::size_t capacity) : mask_{capacity - 1}, slots_{std::make_unique<slot[]>(capacity)} {}
  ~two_locks() {
    for (; size_.load() != 0; size_.fetch_sub(1)) slots_[head_++ & mask_].value()->~T();
  }
  two_locks(const two_locks&) = delete;
  two_locks& operator=(const two_locks&) = delete;

  class send_operation;
  class receive_operation;
  send_operation send(T value) { return send_operation{*this, std::move(value)}; }
  receive_operation receive() { return receive_operation{*this}; }

 private:
  struct slot {
    alignas(T) std::byte bytes[sizeof(T)];
    T* value() noexcept { return std::launder(reinterpret_cast<T*>(bytes)); }
  };

  bool full() const noexcept { return size_.load(std::memory_order_acquire) > mask_; }
  bool empty() const noexcept { return size_.load(std::memory_order_acquire) == 0; }

  // Under the lock of the senders, with room: stores; true where the ring was empty.
  bool store(T& value) noexcept {
    ::new (static_cast<void*>(slots_[tail_++ & mask_].bytes)) T(std::move(value));
    return size_.fetch_add(1, std::memory_order_acq_rel) == 0;
  }
  // Under the lock of the receivers, where there is a value: takes it; true where the ring was full.
  bool take(T& into) noexcept {
    T* value = slots_[head_++ & mask_].value();
    into = std::move(*value);
    value->~T();
    return size_.fetch_sub(1, std::memory_order_acq_rel) == mask_ + 1;
  }

  // Called with no lock. Whether the ring has changed for the other side.
  bool serve_receivers(parked_queue& served) noexcept {
    bool was_full = false;
    const std::lock_guard guard{receive_lock_};
    for (; !receivers_.empty() && !empty(); served.push_back(receivers_.pop_front()))
      was_full = take(*static_cast<T*>(receivers_.front().value)) || was_full;
    return was_full;
  }
  bool serve_senders(parked_queue& served) noexcept {
    bool was_empty = false;
    const std::lock_guard guard{send_lock_};
    for (; !senders_.empty() && !full(); served.push_back(senders_.pop_front()))
      was_empty = store(*static_cast<T*>(senders_.front().value)) || was_empty;
    return was_empty;
  }

  // What follows from a step: each side that is served may make the other one go on. Wakes at the end.
  void go_on(bool was_empty, bool was_full) noexcept {
    parked_queue served;
    while (was_empty || was_full) {
      if (std::exchange(was_empty, false)) was_full = serve_receivers(served) || was_full;
      if (std::exchange(was_full, false)) was_empty = serve_senders(served);
    }
    served.wake_all();
  }

  const std::size_t mask_;
  const std::unique_ptr<slot[]> slots_;
  alignas(64) actors::detail::spin_lock send_lock_;
  std::size_t tail_ = 0;
  parked_queue senders_;
  alignas(64) actors::detail::spin_lock receive_lock_;
  std::size_t head_ = 0;
  parked_queue receivers_;
  alignas(64) actors::detail::atomic<std::size_t> size_{0};
};

template <class T>
class [[nodiscard]] two_locks<T>::send_operation : public operation<send_operation, two_locks, T> {
 public:
  using operation<send_operation, two_locks, T>::operation;
  void await_resume() const noexcept {}

  bool step(actors::waiter& who, std::coroutine_handle<> point) noexcept {
    two_locks& core = this->core_;
    bool was_empty = false;
    {
      const std::lock_guard guard{core.send_lock_};
      if (!core.senders_.empty() || core.full()) {
        this->wait(core.senders_, who, point);
        return false;
      }
      was_empty = core.store(this->value_);
    }
    core.go_on(was_empty, false);
    return true;
  }
};

template <class T>
class [[nodiscard]] two_locks<T>::receive_operation : public operation<receive_operation, two_locks, T> {
 public:
  using operation<receive_operation, two_locks, T>::operation;
  T await_resume() noexcept { return std::move(this->value_); }

  bool step(actors::waiter& who, std::coroutine_handle<> point) noexcept {
    two_locks& core = this->core_;
    bool was_full = false;
    {
      const std::lock_guard guard{core.receive_lock_};
      if (!core.receivers_.empty() || core.empty()) {
        this->wait(core.receivers_, who, point);
        return false;
      }
      was_full = core.take(this->value_);
    }
    core.go_on(false, was_full);
    return true;
  }
};

}  // namespace bench::cores
