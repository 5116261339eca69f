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
#endif

}  // namespace actors::inline v1::detail
