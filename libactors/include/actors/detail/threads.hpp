// threads: what the core blocks with: the standard library's threads and locks, or in a build for simulation simulated
// ones.
#pragma once

#include <actors/detail/atomic.hpp>

#if ACTORS_SIMULATION
#include <actors/detail/simulated_threads.hpp>
#else
#include <condition_variable>
#include <mutex>
#include <thread>
#endif

namespace actors::inline v1::detail {

#if ACTORS_SIMULATION
using thread = simulated_thread;
using joining_thread = simulated_joining_thread;
using mutex = simulated_mutex;
using condition_variable = simulated_condition_variable;
#else
using thread = std::thread;
using joining_thread = std::jthread;
using mutex = std::mutex;
using condition_variable = std::condition_variable;
#endif

}  // namespace actors::inline v1::detail
