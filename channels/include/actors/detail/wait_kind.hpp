// wait_kind: what a party waits for, for reports; note_wait, note_suspension, note_step: who does what where.
#pragma once

#include <actors/detail/code_place.hpp>

#include <array>
#include <coroutine>
#include <cstdint>

// 0: nothing is noted of what tasks wait for, and where; dumps then say next to nothing. (CMake: ACTORS_INTROSPECTION.)
#ifndef ACTORS_INTROSPECTION
#define ACTORS_INTROSPECTION 1
#endif

namespace actors::inline v1 {

class waiter;

namespace detail {

/// What a wait is for. Those of all layers are here, so that each has a number of one byte.
enum class wait_kind : std::uint8_t {
  unknown,
  send,
  receive,
  reserve,
  receive_extended,
  receive_delivery,
  receive_oneshot,
  receive_broadcast,
  watch_change,
  desertion,
  select,
  select_set,
  lock_mutex,
  lock_shared,
  lock_exclusive,
  acquire_semaphore,
  event,
  latch,
  barrier,
  condition,
  put_queue,
  get_queue,
  join_queue,
  join_task,
  done_callback,
  gather,
  wait_tasks,
  race,
  shield,
  as_completed,
  group,
  sleep,
  tick,
  blocking_call,
  pool_room,
  io,
  count
};

/// "receive from channel": to be followed by the name of the object, where there is one.
extern const std::array<const char*, static_cast<std::size_t>(wait_kind::count)> wait_texts;
const char* text_of(wait_kind kind) noexcept;

#if ACTORS_SIMULATION

/// For reports: `who` is about to do something for which it may have to wait, to the object with this number, or to
/// `other`.
void note_wait(const waiter& who, wait_kind what, std::uint32_t object, code_place where) noexcept;
void note_wait(const waiter& who, wait_kind what, const waiter& other, code_place where) noexcept;
/// The same for what does not wait, by whoever runs on the calling thread.
void note_step(const char* what, std::uint32_t object, code_place where) noexcept;

#else

inline void note_wait(const waiter&, wait_kind, std::uint32_t, await_place) noexcept {}
inline void note_wait(const waiter&, wait_kind, const waiter&, await_place) noexcept {}
inline void note_step(const char*, std::uint32_t, code_place) noexcept {}

#endif

/// For reports: the coroutine is about to suspend there, or may be, and its party to wait for this. A promise that
/// wants to know has such a function. A few instructions: these are on the way of everything that waits.
template <class Promise>
[[gnu::always_inline]] inline void note_suspension(std::coroutine_handle<Promise> point, wait_kind what,
                                                   await_place where) noexcept {
  if constexpr (ACTORS_INTROSPECTION != 0 && requires { point.promise().note_suspension(what, where); }) {
    // The compiler does not know that it is the same coroutine: else it keeps the address of the promise at hand also
    // where nothing need wait.
    void* frame = point.address();
    asm("" : "+r"(frame));
    std::coroutine_handle<Promise>::from_address(frame).promise().note_suspension(what, where);
  }
}
/// The same for one that awaits another coroutine.
template <class Promise>
[[gnu::always_inline]] inline void note_place(Promise& promise, await_place where) noexcept {
  if constexpr (ACTORS_INTROSPECTION != 0 && requires { promise.note_place(where); }) promise.note_place(where);
}

}  // namespace detail

}  // namespace actors::inline v1
