// priority_lane: the queue of the tasks that are to run before the others, or after them.
#pragma once

#include <actors/detail/scheduler.hpp>

#include "injector.hpp"

namespace actors::inline v1::detail {

class worker_scheduler;

/// Shared by all workers, first in, first out. Who looks when is in worker::next.
class priority_lane final : public lane {
 public:
  explicit priority_lane(worker_scheduler& where) noexcept;

  void post(runnable& work) noexcept override;

  bool empty() const noexcept { return queue_.empty(); }
  runnable* pop() noexcept { return queue_.pop(); }
  std::size_t length() const noexcept { return queue_.length(); }

 private:
  worker_scheduler& where_;
  injector queue_;
};

}  // namespace actors::inline v1::detail
