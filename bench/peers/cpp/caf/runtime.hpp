// CAF 0.17.6 with its own work-stealing scheduler of T workers (scheduler.max-threads); CAF adds a thread for its
// clock.
//
// What was chosen: event-based actors made from functions (stateful_actor where several handlers share state), and
// plain asynchronous messages rather than requests where no answer is to be matched with its question. An actor's
// mailbox has no bound. Where the contract has a channel of capacity C, at most C values are on their way: who sends
// has two halves of a window of C, and sends the next half when the receiver has answered the last value of one. The
// main thread is no worker and sleeps in a scoped_actor.
#pragma once

#include "peer.hpp"

#include <caf/all.hpp>

#include <cstdint>

namespace peer::on_caf {

/// The system that a workload runs on. The destructor waits until all actors have ended.
class workers : public caf::actor_system_config {
 public:
  explicit workers(const settings& s) { set("scheduler.max-threads", static_cast<std::size_t>(s.threads)); }
};

/// Waits for a number that an actor sends to `self`.
inline std::int64_t receive_number(caf::scoped_actor& self) {
  std::int64_t got = -1;
  self->receive([&](std::int64_t value) { got = value; });
  return got;
}

// messages.cpp
outcome pingpong(const settings& s);
outcome spsc(const settings& s);
outcome mpsc(const settings& s);
outcome ring(const settings& s);
outcome pipeline(const settings& s);

// actors.cpp
outcome spawn_join(const settings& s);
outcome skynet(const settings& s);
outcome sleep_two_seconds(const settings& s);
outcome sleep_ten_seconds(const settings& s);
outcome blocking(const settings& s);
outcome fib(const settings& s);

// latency.cpp
outcome handoff_parked(const settings& s);
outcome handoff_lingering(const settings& s);
outcome foreign_wake(const settings& s);
outcome idle_cpu(const settings& s);

// load.cpp
outcome request_load(const settings& s);
outcome timer_accuracy(const settings& s);

}  // namespace peer::on_caf
