// atomic: the atomic variables of the core: std::atomic, or in a build for simulation one that lets the schedule
// switch.
#pragma once

#include <actors/detail/code_place.hpp>

#include <atomic>
#include <cstdint>

#if ACTORS_SIMULATION
#include <actors/detail/interleaved_atomic.hpp>
#endif

namespace actors::inline v1::detail {

#if ACTORS_SIMULATION
template <class T>
using atomic = interleaved_atomic<T>;
template <class T>
using atomic_ref = interleaved_atomic_ref<T>;

/// The number by which reports of a simulation name the object that this atomic is a part of.
template <class T>
std::uint32_t number_of(const atomic<T>& part) noexcept {
  return part.number();
}

/// For operations that no other thread could tell apart from what the calling one does next: no scheduling point.
template <class T>
std::atomic<T>& unseen(const atomic<T>& part) noexcept {
  return part.cell();
}

template <class T>
void store_before_rmw(atomic<T>& to, T value, code_place where = code_place::here()) noexcept {
  to.store(value, std::memory_order_seq_cst, where);
}
#else
template <class T>
using atomic = std::atomic<T>;
template <class T>
using atomic_ref = std::atomic_ref<T>;

template <class T>
std::uint32_t number_of(const atomic<T>&) noexcept {
  return 0;
}

template <class T>
atomic<T>& unseen(atomic<T>& part) noexcept {
  return part;
}
template <class T>
const atomic<T>& unseen(const atomic<T>& part) noexcept {
  return part;
}

/// A store with seq_cst by a thread that does a read-modify-write (takes a lock, say) before its next seq_cst load: for
/// protocols in which each of two stores and then looks at what the other stored. On x86 every read-modify-write waits
/// until the stores before it can be seen, so a release store does, and costs nothing; the signal fence keeps the
/// compiler from changing the order.
template <class T>
void store_before_rmw(atomic<T>& to, T value) noexcept {
#if defined(__x86_64__)
  to.store(value, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);
#else
  to.store(value, std::memory_order_seq_cst);
#endif
}
#endif

}  // namespace actors::inline v1::detail
