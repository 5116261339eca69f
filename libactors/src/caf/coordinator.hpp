// coordinator: what a CAF actor system takes for its scheduler.
#pragma once

#include <actors/runtime.hpp>

#include "clock.hpp"
#include "runner.hpp"

#include <caf/scheduler/abstract_coordinator.hpp>

#include <memory>

namespace actors::inline v1::detail {

/// The scheduler module of one actor system, on the workers of a runtime. Its parts: the runner runs what is ready, the
/// clock sends what is due. CAF builds it, calls `init`, `start` and `stop`, and destroys it.
class caf_coordinator final : public ::caf::scheduler::abstract_coordinator {
 public:
  /// Throws usage_error on a worker.
  caf_coordinator(::caf::actor_system& system, runtime& on);
  ~caf_coordinator() override;
  caf_coordinator(const caf_coordinator&) = delete;
  caf_coordinator& operator=(const caf_coordinator&) = delete;

  void enqueue(::caf::resumable* what) override { runner_->enqueue(*what); }
  ::caf::actor_clock& clock() noexcept override { return clock_; }
  detail::scheduler& on() const noexcept { return on_.scheduler(); }

 protected:
  void init(::caf::actor_system_config& config) override;
  void start() override;
  void stop() override;

 private:
  void end_guests();
  void leave_workers();

  runtime& on_;
  std::shared_ptr<caf_runner> runner_;
  caf_clock clock_;
};

}  // namespace actors::inline v1::detail
