// Boost.Fiber 1.81 as a runtime: T threads, the main one among them, whose schedulers share the fibers.
//
// What was chosen: --algorithm work_stealing (a queue for each thread) or shared_work (one queue for all), whose
// threads sleep where they find nothing (suspend = true). A sleeping thread is not woken for what becomes ready on
// another one, so that little runs in parallel where fibers only wait for each other. With work_stealing_spin and
// shared_work_spin (suspend = false, Boost's default) threads without work look for some without a pause: more is done
// in parallel on CPUs of their own, and much less on a machine that others use too. One thread alone has round_robin:
// work_stealing would look for another one to steal from for ever. Stacks have 16 KiB from malloc, which keeps them for
// the next fiber; the default of 128 KiB would be mapped and unmapped for each. Fibers that end soon start with
// launch::dispatch: the new fiber runs at once and the one that started it becomes ready, for any thread, so that
// stacks are used again. Not so with shared_work: it frees no stack as long as anything is ready, and what becomes
// ready goes to the end of its queue.
#pragma once

#include "peer.hpp"

#include <boost/fiber/buffered_channel.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/fixedsize_stack.hpp>
#include <boost/fiber/operations.hpp>
#include <boost/fiber/unbuffered_channel.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace peer::on_fiber {

namespace fibers = boost::fibers;

constexpr std::size_t stack_bytes = 16 * 1024;

/// How fibers start that end soon.
inline fibers::launch short_lived(const settings& s) {
  return s.threads == 1 || s.algorithm.starts_with("work_stealing") ? fibers::launch::dispatch : fibers::launch::post;
}

/// Starts a fiber.
template <class Function>
fibers::fiber start(fibers::launch how, Function&& function) {
  return fibers::fiber{how, std::allocator_arg, fibers::fixedsize_stack{stack_bytes}, std::forward<Function>(function)};
}
template <class Function>
fibers::fiber start(Function&& function) {
  return start(fibers::launch::post, std::forward<Function>(function));
}

using buffered = fibers::buffered_channel<std::int64_t>;
using unbuffered = fibers::unbuffered_channel<std::int64_t>;
using fibers::channel_op_status;

/// Shared, as who sends last can still be within the channel when the receiver has gone on. The capacity must be a
/// power of two; a channel of 64 holds 63.
inline std::shared_ptr<buffered> make_buffered(std::size_t capacity) {
  return std::make_shared<buffered>(std::bit_ceil(capacity < 2 ? 2 : capacity));
}

/// Runs a workload as a fiber, with schedulers on s.threads threads.
outcome run(const settings& s, outcome (*workload)(const settings&));

// channels.cpp
outcome pingpong(const settings& s);
outcome spsc(const settings& s);
outcome mpsc(const settings& s);
outcome mpmc(const settings& s);
outcome ring(const settings& s);
outcome pipeline(const settings& s);

// fibers.cpp
outcome spawn_join(const settings& s);
outcome skynet(const settings& s);
outcome sleep_two_seconds(const settings& s);
outcome sleep_ten_seconds(const settings& s);
outcome blocking(const settings& s);
outcome fib(const settings& s);
outcome fib_inline(const settings& s);

// latency.cpp
outcome handoff_parked(const settings& s);
outcome handoff_lingering(const settings& s);
outcome foreign_wake(const settings& s);
outcome idle_cpu(const settings& s);

// load.cpp
outcome request_load(const settings& s);
outcome timer_accuracy(const settings& s);

}  // namespace peer::on_fiber
