// quiet_observer: who is asked when all workers sleep, and nothing is to wake one of them.
#pragma once

#include <cstdint>

namespace actors::inline v1::detail {

class worker_scheduler;

class quiet_observer {
 public:
  /// How long the last worker to sleep sleeps until it calls `look`, where it has done so `looks` times since a task
  /// last ran: in nanoseconds; `timer_queue::never`: until it is woken. Any worker.
  virtual std::int64_t delay(unsigned looks) const noexcept = 0;
  /// Called on a worker that is awake, with nothing to do, after it has slept for so long. False: another one was awake
  /// just then, so that this was no look.
  virtual bool look(worker_scheduler& at, unsigned looks) noexcept = 0;

 protected:
  quiet_observer() = default;
  quiet_observer(const quiet_observer&) = default;
  quiet_observer& operator=(const quiet_observer&) = default;
  ~quiet_observer() = default;
};

}  // namespace actors::inline v1::detail
