// The metrics of a runtime and of pools for calls that block.
#include <actors/blocking_pool.hpp>
#include <actors/metrics.hpp>
#include <actors/runtime.hpp>

#include "../runtime/call_pool.hpp"
#include "../runtime/worker_counts.hpp"
#include "../runtime/worker_scheduler.hpp"
#include "metric_series.hpp"
#include "metric_table.hpp"

#include <chrono>
#include <string>

namespace actors::inline v1 {

namespace {

using namespace detail;

template <class Number>
double number(Number of) noexcept {
  return static_cast<double>(of);
}

double seconds(std::uint64_t nanoseconds) noexcept { return static_cast<double>(nanoseconds) * 1e-9; }

// A metric of all workers comes as a whole, then the next one.
void collect_workers(worker_scheduler& of, metric_sink& into, series_labels& labels) {
  struct one {
    std::string index;
    worker_report report;
  };
  std::vector<one> all;
  for (unsigned i = 0; i != of.workers(); ++i) all.push_back({std::to_string(i), of.report_of(i)});
  const auto each = [&](auto give) {
    for (const one& worker : all) give(labels.with({{"worker", worker.index}}), worker.report);
  };
  each([&](metric_labels its, const worker_report& at) { into.counter(metrics::worker_turns, its, number(at.turns)); });
  each([&](metric_labels its, const worker_report& at) { into.counter(metrics::worker_busy, its, seconds(at.busy)); });
  each([&](metric_labels its, const worker_report& at) {
    into.counter(metrics::worker_steals, its, number(at.steals));
  });
  each([&](metric_labels its, const worker_report& at) { into.counter(metrics::worker_parks, its, number(at.parks)); });
  each([&](metric_labels its, const worker_report& at) {
    into.gauge(metrics::worker_queue_length, its, number(at.queued));
  });
  each([&](metric_labels its, const worker_report& at) {
    give_durations(into, metrics::worker_turn_time, its, at.turn_times, long_turns::first_bound);
  });
}

void collect_pool(call_pool& of, metric_sink& into, series_labels& labels) {
  const blocking_statistics now = of.statistics();
  const metric_labels its = labels.with({{"pool", of.name()}});
  into.gauge(metrics::pool_threads, its, number(now.threads));
  into.gauge(metrics::pool_max_threads, its, number(of.max_threads()));
  into.gauge(metrics::pool_idle_threads, its, number(now.idle));
  into.gauge(metrics::pool_queued_calls, its, number(now.queued));
  into.gauge(metrics::pool_running_calls, its, number(now.running));
  into.counter(metrics::pool_calls, its, number(now.done));
  into.counter(metrics::pool_refused_calls, its, number(now.refused));
  into.counter(metrics::pool_cancelled_calls, its, number(now.cancelled));
  into.gauge(metrics::pool_longest_wait, its, std::chrono::duration<double>{now.longest_wait}.count());
  give_durations(into, metrics::pool_wait_time, its, of.waits());
}

}  // namespace

void collect_metrics(runtime& of, metric_sink& into, metric_labels with) {
  auto& scheduler = static_cast<worker_scheduler&>(of.scheduler());
  series_labels labels{with};
  const scheduler_report now = scheduler.report();
  into.gauge(metrics::workers, with, number(scheduler.workers()));
  into.gauge(metrics::workers_asleep, with, number(now.asleep));
  into.gauge(metrics::workers_searching, with, number(now.searching));
  collect_workers(scheduler, into, labels);
  into.gauge(metrics::shared_queue_length, labels.with({{"priority", "high"}}), number(now.high));
  into.gauge(metrics::shared_queue_length, labels.with({{"priority", "normal"}}), number(now.normal));
  into.gauge(metrics::shared_queue_length, labels.with({{"priority", "background"}}), number(now.background));
  const task_list::counts tasks = scheduler.tasks.so_far();
  into.counter(metrics::tasks_started, with, number(tasks.started));
  into.counter(metrics::tasks_ended, with, number(tasks.ended));
  into.gauge(metrics::tasks_live, with, number(tasks.started - tasks.ended));
  into.counter(metrics::timers_started, with, number(now.timers.started));
  into.counter(metrics::timers_fired, with, number(now.timers.fired));
  into.gauge(metrics::timers_pending, with, number(now.timers.pending));
  collect_pool(scheduler.calls(), into, labels);
}

void collect_metrics(blocking_pool& of, metric_sink& into, metric_labels with) {
  series_labels labels{with};
  collect_pool(pool_of(of), into, labels);
}

}  // namespace actors::inline v1
