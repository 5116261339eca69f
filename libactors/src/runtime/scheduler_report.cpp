// What workers and their scheduler say of themselves, while they go on.
#include "scheduler_report.hpp"

#include "platform.hpp"
#include "worker.hpp"

namespace actors::inline v1::detail {

worker_report worker::report() noexcept {
  worker_report now;
  now.steals = counts_.steals.load(std::memory_order_relaxed);
  now.parks = counts_.parks.load(std::memory_order_relaxed);
  struct turns_so_far {
    std::uint64_t ended;
    std::uint64_t total;
  };
  now.turn_times = counts_.turns.counts([&] {
    const bool runs = counts_.busy.has_work();
    now.turns = turns();
    now.busy =
        static_cast<std::uint64_t>(static_cast<double>(counts_.busy.busy(cycle_count())) / cycles_per_nanosecond());
    return turns_so_far{now.turns - (runs && now.turns != 0 ? 1 : 0), now.busy};
  });
  now.queued = queue_.length() + (unseen(slot_).load(std::memory_order_relaxed) != nullptr ? 1U : 0U);
  return now;
}

worker_report worker_scheduler::report_of(unsigned index) noexcept { return workers_[index]->report(); }

scheduler_report worker_scheduler::report() const noexcept {
  scheduler_report now;
  now.asleep = unseen(sleeping_).load(std::memory_order_relaxed);
  now.searching = unseen(searching_).load(std::memory_order_relaxed);
  now.high = high_.length();
  now.normal = injector_.length();
  now.background = background_.length();
  for (const auto& each : workers_) each->timers_.add_to(now.timers);
  return now;
}

}  // namespace actors::inline v1::detail
