// sequenced_ring: a ring without a lock; those who must wait do so in lists beside it, each with a lock and a counter.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/spin_lock.hpp>

#include "parked.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace bench::cores {

/// The ring is that of Vyukov, "Bounded MPMC queue" (2010): the number in a slot says whose turn it is. `at` for the
/// sender that has drawn position `at`, `at + 1` for its receiver, `at + capacity` for the next sender.
///
/// A party that finds no room (or no value) raises the counter of its side under the lock of that side, tries once
/// more, and only then waits. Whoever has changed the ring looks at both counters afterwards, and wakes one party for
/// which there is something to do. All of this is seq_cst: of the party that raised the counter and then looked at the
/// ring, and the one that changed the ring and then looked at the counter, one sees the other. Each step looks at both
/// sides, and not only at the other one, as a step that was completed early is of use only when the one before it is
/// complete: somebody who was woken for position 7 finds position 6 unfinished and waits again.
///
/// A woken party tries again, and may find that another one was faster: so those who wait are not always served in the
/// order in which they came.
///
/// The capacity is a power of two, and 2 or more.
template <class T>
class sequenced_ring {
 public:
  explicit sequenced_ring(std::size_t capacity) : mask_{capacity - 1}, slots_{std::make_unique<slot[]>(capacity)} {
    for (std::size_t i = 0; i != capacity; ++i) slots_[i].number.store(i, std::memory_order_relaxed);
  }
  ~sequenced_ring() {
    while (readable()) slots_[head_.fetch_add(1) & mask_].value()->~T();
  }
  sequenced_ring(const sequenced_ring&) = delete;
  sequenced_ring& operator=(const sequenced_ring&) = delete;

  class send_operation;
  class receive_operation;
  send_operation send(T value) { return send_operation{*this, std::move(value)}; }
  receive_operation receive() { return receive_operation{*this}; }

 private:
  struct slot {
    actors::detail::atomic<std::uint64_t> number{0};
    alignas(T) std::byte bytes[sizeof(T)];
    T* value() noexcept { return std::launder(reinterpret_cast<T*>(bytes)); }
  };

  struct alignas(64) side {
    actors::detail::atomic<std::uint32_t> waiting{0};  ///< as many as are in `list` whenever the lock is free
    actors::detail::spin_lock lock;
    parked_queue list;
  };

  // Draws the next position where the slot's number is `at + offset`, and gives its slot; null where it is not yet.
  slot* draw(actors::detail::atomic<std::uint64_t>& from, std::uint64_t offset, std::uint64_t& at) noexcept {
    at = from.load();
    for (;;) {
      slot& next = slots_[at & mask_];
      const auto ahead = static_cast<std::int64_t>(next.number.load() - (at + offset));
      if (ahead < 0) return nullptr;
      if (ahead > 0)
        at = from.load();
      else if (from.compare_exchange_weak(at, at + 1))
        return &next;
    }
  }

  bool push(T& value) noexcept {
    std::uint64_t at = 0;
    slot* free = draw(tail_, 0, at);
    if (free == nullptr) return false;
    ::new (static_cast<void*>(free->bytes)) T(std::move(value));
    free->number.store(at + 1);
    return true;
  }

  bool pop(T& into) noexcept {
    std::uint64_t at = 0;
    slot* full = draw(head_, 1, at);
    if (full == nullptr) return false;
    into = std::move(*full->value());
    full->value()->~T();
    full->number.store(at + mask_ + 1);
    return true;
  }

  bool writable() const noexcept {
    const std::uint64_t at = tail_.load();
    return slots_[at & mask_].number.load() == at;
  }
  bool readable() const noexcept {
    const std::uint64_t at = head_.load();
    return slots_[at & mask_].number.load() == at + 1;
  }

  // After each step.
  void wake_who_can_go_on() noexcept {
    if (receivers_.waiting.load() != 0 && readable()) wake_one(receivers_);
    if (senders_.waiting.load() != 0 && writable()) wake_one(senders_);
  }

  void wake_one(side& waiting) noexcept {
    parked* first = nullptr;
    {
      const std::lock_guard guard{waiting.lock};
      if (waiting.list.empty()) return;
      first = &waiting.list.pop_front();
      waiting.waiting.fetch_sub(1);
    }
    first->who->wake();
  }

  // True where `who` waits: it belongs to whoever wakes it then. False where `attempt` succeeded after all.
  template <class Attempt>
  static bool wait(side& at, parked& who, Attempt attempt) noexcept {
    const std::lock_guard guard{at.lock};
    at.waiting.fetch_add(1);
    if (attempt()) {
      at.waiting.fetch_sub(1);
      return false;
    }
    at.list.push_back(who);
    return true;
  }

  const std::size_t mask_;
  const std::unique_ptr<slot[]> slots_;
  alignas(64) actors::detail::atomic<std::uint64_t> tail_{0};
  alignas(64) actors::detail::atomic<std::uint64_t> head_{0};
  side senders_;
  side receivers_;

  // Derived: `attempt` and `own_side`.
  template <class Derived>
  class ring_operation : public operation<Derived, sequenced_ring, T>, private actors::wake_filter {
   public:
    using operation<Derived, sequenced_ring, T>::operation;

    bool step(actors::waiter& who, std::coroutine_handle<> point) noexcept {
      if (!self().attempt()) {
        this->wake_filter::resume = &woken;
        this->node_.who = &who;
        who.suspend_at(point, *this);
        if (wait_again()) return false;
      }
      this->core_.wake_who_can_go_on();
      return true;
    }

   private:
    Derived& self() noexcept { return static_cast<Derived&>(*this); }
    bool wait_again() noexcept {
      return sequenced_ring::wait(self().own_side(), this->node_, [this] { return self().attempt(); });
    }
    static bool woken(actors::wake_filter& filter, actors::waiter&) noexcept {
      auto& that = static_cast<ring_operation&>(filter);
      if (!that.self().attempt() && that.wait_again()) return false;
      that.core_.wake_who_can_go_on();
      return true;
    }
  };
};

template <class T>
class [[nodiscard]] sequenced_ring<T>::send_operation : public ring_operation<send_operation> {
 public:
  using ring_operation<send_operation>::ring_operation;
  void await_resume() const noexcept {}
  bool attempt() noexcept { return this->core_.push(this->value_); }
  side& own_side() noexcept { return this->core_.senders_; }
};

template <class T>
class [[nodiscard]] sequenced_ring<T>::receive_operation : public ring_operation<receive_operation> {
 public:
  using ring_operation<receive_operation>::ring_operation;
  T await_resume() noexcept { return std::move(this->value_); }
  bool attempt() noexcept { return this->core_.pop(this->value_); }
  side& own_side() noexcept { return this->core_.receivers_; }
};

}  // namespace bench::cores
