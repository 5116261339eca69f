// interleaved_atomic: the atomic variable of a build for simulation: before each operation another thread may go on.
#pragma once

#include <actors/detail/code_place.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace actors::inline v1::detail {

/// A scheduling point: a thread of a simulation is about to do `what` (the name of an operation) to the object with
/// this number. The simulation chooses who goes on; when this returns the thread was chosen, and what it does until its
/// next point happens at once. Does nothing on a thread that is not simulated.
void interleave(const char* what, std::uint32_t object, code_place where) noexcept;

/// The number of a new object: counted from 1 in each simulation, 0 outside of one and while a `one_step` lives. Unlike
/// an address it is the same whenever a schedule is repeated.
std::uint32_t number_object() noexcept;

/// Whether a compare_exchange_weak shall fail without cause now, as the standard lets it.
bool fails_without_cause() noexcept;

/// Blocks the calling simulated thread until somebody calls `wake_at` for the same address; and that.
void wait_at(const void* address, const char* what, std::uint32_t object, code_place where) noexcept;
void wake_at(const void* address, bool all) noexcept;

/// While one lives, the thread that made it does not stop at scheduling points: what it does is one step for others.
/// (Where it has to wait for another thread that one does run.) For parts whose inner steps depend on what happened
/// before the simulation, like a cache of the process: they would make the same seed give different schedules.
class one_step {
 public:
  one_step() noexcept;
  ~one_step();
  one_step(const one_step&) = delete;
  one_step& operator=(const one_step&) = delete;
};

/// The operations of std::atomic<T>, each after a scheduling point. `Self` has `cell()`, the atomic itself, and
/// `number()`.
///
/// They mean what they do when all are sequentially consistent: a simulation interleaves the operations of its threads,
/// so everybody sees them in one order. It does not show what weaker memory orders allow beyond that (store buffers,
/// reordered loads); the orders are passed on for sanitizers.
template <class T, class Self>
class interleaved_operations {
 public:
  using value_type = T;
  using difference_type = std::conditional_t<std::is_pointer_v<T>, std::ptrdiff_t, T>;

  T load(std::memory_order order = seq_cst, code_place where = code_place::here()) const noexcept {
    return at("load", where).load(order);
  }
  void store(T value, std::memory_order order = seq_cst, code_place where = code_place::here()) const noexcept {
    at("store", where).store(value, order);
  }
  T exchange(T value, std::memory_order order = seq_cst, code_place where = code_place::here()) const noexcept {
    return at("exchange", where).exchange(value, order);
  }

  bool compare_exchange_strong(T& expected, T value, std::memory_order success, std::memory_order failure,
                               code_place where = code_place::here()) const noexcept {
    return at("compare_exchange", where).compare_exchange_strong(expected, value, success, failure);
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order order = seq_cst,
                               code_place where = code_place::here()) const noexcept {
    return at("compare_exchange", where).compare_exchange_strong(expected, value, order);
  }
  bool compare_exchange_weak(T& expected, T value, std::memory_order success, std::memory_order failure,
                             code_place where = code_place::here()) const noexcept {
    auto&& cell = at("compare_exchange", where);
    if (!fails_without_cause()) return cell.compare_exchange_strong(expected, value, success, failure);
    expected = cell.load(failure);
    return false;
  }
  bool compare_exchange_weak(T& expected, T value, std::memory_order order = seq_cst,
                             code_place where = code_place::here()) const noexcept {
    return compare_exchange_weak(expected, value, order, std::memory_order_seq_cst, where);
  }

  T fetch_add(difference_type by, std::memory_order order = seq_cst,
              code_place where = code_place::here()) const noexcept {
    return at("fetch_add", where).fetch_add(by, order);
  }
  T fetch_sub(difference_type by, std::memory_order order = seq_cst,
              code_place where = code_place::here()) const noexcept {
    return at("fetch_sub", where).fetch_sub(by, order);
  }
  T fetch_and(T bits, std::memory_order order = seq_cst, code_place where = code_place::here()) const noexcept {
    return at("fetch_and", where).fetch_and(bits, order);
  }
  T fetch_or(T bits, std::memory_order order = seq_cst, code_place where = code_place::here()) const noexcept {
    return at("fetch_or", where).fetch_or(bits, order);
  }
  T fetch_xor(T bits, std::memory_order order = seq_cst, code_place where = code_place::here()) const noexcept {
    return at("fetch_xor", where).fetch_xor(bits, order);
  }

  operator T() const noexcept { return load(); }  // NOLINT(google-explicit-constructor): as std::atomic
  T operator++() const noexcept { return static_cast<T>(fetch_add(1) + 1); }
  T operator--() const noexcept { return static_cast<T>(fetch_sub(1) - 1); }
  T operator++(int) const noexcept { return fetch_add(1); }
  T operator--(int) const noexcept { return fetch_sub(1); }
  T operator+=(difference_type by) const noexcept { return static_cast<T>(fetch_add(by) + by); }
  T operator-=(difference_type by) const noexcept { return static_cast<T>(fetch_sub(by) - by); }

  void wait(T old, std::memory_order order = seq_cst, code_place where = code_place::here()) const noexcept {
    while (load(order, where) == old) wait_at(address(), "wait", number(), where);
  }
  void notify_one(code_place where = code_place::here()) const noexcept {
    at("notify_one", where);
    wake_at(address(), false);
  }
  void notify_all(code_place where = code_place::here()) const noexcept {
    at("notify_all", where);
    wake_at(address(), true);
  }

  /// The value, without a scheduling point: for the simulation itself.
  T peek() const noexcept { return self().cell().load(std::memory_order_relaxed); }

 protected:
  interleaved_operations() = default;

 private:
  static constexpr std::memory_order seq_cst = std::memory_order_seq_cst;

  constexpr const Self& self() const noexcept { return static_cast<const Self&>(*this); }
  std::uint32_t number() const noexcept { return self().number(); }
  const void* address() const noexcept { return self().address(); }
  decltype(auto) at(const char* what, code_place where) const noexcept {
    interleave(what, number(), where);
    return self().cell();
  }
};

template <class T>
class interleaved_atomic : public interleaved_operations<T, interleaved_atomic<T>> {
 public:
  static constexpr bool is_always_lock_free = std::atomic<T>::is_always_lock_free;

  constexpr interleaved_atomic() noexcept : interleaved_atomic{T{}} {}
  constexpr interleaved_atomic(T value) noexcept  // NOLINT(google-explicit-constructor): as std::atomic
      : value_{value}, number_{std::is_constant_evaluated() ? 0 : number_object()} {}
  interleaved_atomic(const interleaved_atomic&) = delete;
  interleaved_atomic& operator=(const interleaved_atomic&) = delete;

  T operator=(T value) noexcept {
    this->store(value);
    return value;
  }

  std::atomic<T>& cell() const noexcept { return value_; }
  const void* address() const noexcept { return &value_; }
  std::uint32_t number() const noexcept { return number_; }

 private:
  mutable std::atomic<T> value_;
  const std::uint32_t number_;
};

/// As std::atomic_ref. Objects that are used through it have no number.
template <class T>
class interleaved_atomic_ref : public interleaved_operations<T, interleaved_atomic_ref<T>> {
 public:
  static constexpr std::size_t required_alignment = std::atomic_ref<T>::required_alignment;

  explicit interleaved_atomic_ref(T& object) noexcept : object_{object} {}
  interleaved_atomic_ref(const interleaved_atomic_ref&) noexcept = default;
  interleaved_atomic_ref& operator=(const interleaved_atomic_ref&) = delete;

  std::atomic_ref<T> cell() const noexcept { return std::atomic_ref<T>{object_}; }
  const void* address() const noexcept { return &object_; }
  std::uint32_t number() const noexcept { return 0; }

 private:
  T& object_;
};

}  // namespace actors::inline v1::detail
