// host: the CAF system that a workload runs on, over CAF's scheduler or ours.
#pragma once

#include <actors/caf/scheduler.hpp>

#include "../measure.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <optional>

namespace bench {

/// A CAF system with `threads` workers on the scheduler that the settings name. What the workloads do with it is the
/// same for both. The destructor waits until all actors have ended.
class caf_host {
 public:
  explicit caf_host(const settings& s) {
    if (s.scheduler == caf_scheduler::ours) {
      on_.emplace(actors::runtime_options{.workers = s.threads});
      actors::load_scheduler(config_, *on_);
    } else {
      config_.set("scheduler.max-threads", static_cast<std::size_t>(s.threads));
    }
    system_.emplace(config_);
  }

  caf::actor_system& system() noexcept { return *system_; }

 private:
  std::optional<actors::runtime> on_;
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
};

/// Waits for a number that an actor sends to `self`.
inline std::int64_t receive_number(caf::scoped_actor& self) {
  std::int64_t got = -1;
  self->receive([&](std::int64_t value) { got = value; });
  return got;
}

/// Of what began when it was made; the figure beside the time is the CPU time of the whole process for an operation,
/// which says more than the time where others use the machine as well.
class caf_measure {
 public:
  outcome finish(std::int64_t n, std::int64_t operations) const {
    const auto elapsed = watch_.elapsed();
    const auto used = static_cast<double>((cpu_time() - cpu_before_).count());
    return {.n = n,
            .elapsed = elapsed,
            .operations = operations,
            .further = {{"cpu", used / static_cast<double>(operations)}}};
  }

 private:
  stopwatch watch_;
  std::chrono::nanoseconds cpu_before_ = cpu_time();
};

}  // namespace bench
