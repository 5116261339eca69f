// atomic: the atomic variables of the core: std::atomic, or in a build for simulation one that lets the schedule
// switch.
#pragma once

#include <atomic>

// 1 in the build of the library that runs under simulation (target actors::simulation), 0 in all others.
#ifndef ACTORS_SIMULATION
#define ACTORS_SIMULATION 0
#endif

#if ACTORS_SIMULATION
#include <actors/detail/interleaved_atomic.hpp>
#endif

namespace actors::inline v1::detail {

#if ACTORS_SIMULATION
template <class T>
using atomic = interleaved_atomic<T>;
template <class T>
using atomic_ref = interleaved_atomic_ref<T>;
#else
template <class T>
using atomic = std::atomic<T>;
template <class T>
using atomic_ref = std::atomic_ref<T>;
#endif

}  // namespace actors::inline v1::detail
