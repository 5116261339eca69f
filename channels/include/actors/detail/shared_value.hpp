// shared_value: a value that several have at once, and that the last of them destroys.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/shared_end.hpp>

#include <cstdint>
#include <utility>

namespace actors::inline v1::detail {

/// The part that does not depend on the type of the value: who has it is counted.
///
/// Order: an owner is added by one who has the value or holds the lock of the channel that has it (relaxed). Letting go
/// is acq_rel: the last one sees what the others did with the value. So does who finds itself the only one (acquire),
/// as then nobody is left who could add another.
class shared_value_base {
 public:
  shared_value_base(const shared_value_base&) = delete;
  shared_value_base& operator=(const shared_value_base&) = delete;

  void add_owner() noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }
  /// The last one destroys the value: never called with a lock.
  void drop_owner() noexcept {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  /// Whether the caller, who is an owner, is the only one.
  bool has_one_owner() const noexcept { return owners_.load(std::memory_order_acquire) == 1; }
  /// Of a value that nobody else knows yet.
  void set_owners(std::uint32_t count) noexcept { owners_.store(count, std::memory_order_relaxed); }

  shared_value_base* next = nullptr;  ///< in a `dropped_values`

 protected:
  shared_value_base() = default;
  virtual ~shared_value_base() = default;

 private:
  atomic<std::uint32_t> owners_{1};
};

/// Readers have it const, while there are several.
template <class T>
class shared_value final : public shared_value_base {
 public:
  template <class... Args>
  explicit shared_value(Args&&... args) : value(std::forward<Args>(args)...) {}
  T value;
};

/// Owns one share of a value, or nothing.
using value_share = shared_end<shared_value_base, &shared_value_base::add_owner, &shared_value_base::drop_owner>;

/// Shares that are let go of when the lock is free again, in the order of `add`. A share is a channel's own: nobody
/// else writes `next`.
class dropped_values {
 public:
  dropped_values() = default;
  dropped_values(const dropped_values&) = delete;
  dropped_values& operator=(const dropped_values&) = delete;
  ~dropped_values() {
    while (first_ != nullptr) std::exchange(first_, first_->next)->drop_owner();
  }
  void add(shared_value_base& value) noexcept {
    value.next = nullptr;
    *last_ = &value;
    last_ = &value.next;
  }

 private:
  shared_value_base* first_ = nullptr;
  shared_value_base** last_ = &first_;
};

}  // namespace actors::inline v1::detail
