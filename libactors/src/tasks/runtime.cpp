#include <actors/blocking_pool.hpp>
#include <actors/runtime.hpp>
#include <actors/snapshot.hpp>

#include "../introspection/dump_wish.hpp"
#include "../introspection/quiet_watch.hpp"
#include "../introspection/take_snapshot.hpp"
#include "../runtime/cpu_quota.hpp"
#include "../runtime/environment_trace.hpp"
#include "../runtime/worker_scheduler.hpp"
#include "debug_mode.hpp"
#include "signal_watch.hpp"
#include "turn_watch.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

namespace actors::inline v1 {

namespace {

constexpr unsigned most_workers = 1024;

#if !ACTORS_SIMULATION
unsigned workers_from_environment() {
  const char* text = std::getenv("ACTORS_WORKERS");
  if (text == nullptr || *text == '\0') return 0;
  unsigned count = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, fault] = std::from_chars(text, end, count);
  if (fault != std::errc{} || stop != end || count == 0 || count > most_workers)
    throw usage_error{"ACTORS_WORKERS=" + std::string{text} + ": expected a number of workers from 1 to " +
                      std::to_string(most_workers)};
  return count;
}
#endif

// A simulated program is the same on every machine.
unsigned usual_workers() {
#if ACTORS_SIMULATION
  return 2;
#else
  const unsigned asked = workers_from_environment();
  return asked != 0 ? asked : std::min(detail::usable_cpus(), most_workers);
#endif
}

runtime_options with_defaults(runtime_options options) {
#if ACTORS_SIMULATION
  detail::need_simulation("a runtime");
#endif
  if (options.workers == 0) options.workers = usual_workers();
  if (options.workers > most_workers)
    throw usage_error{"a runtime has at most " + std::to_string(most_workers) + " workers"};
  detail::begin_debug_mode(options.debug);
  detail::read_dump_wish();
  options.debug = ACTORS_SIMULATION == 0 && (options.debug || detail::debug_asked_by_environment());
  return options;
}

std::unique_ptr<detail::turn_watch> watch_turns(detail::worker_scheduler& of, std::chrono::milliseconds limit) {
  const std::span<detail::turn_record> records = of.turn_records();
  constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 365};
  if (records.empty() || limit.count() <= 0) return nullptr;
  return std::make_unique<detail::turn_watch>(records, std::min(limit, longest));
}

}  // namespace

runtime::runtime(runtime_options options)
    : trace_{std::make_unique<detail::environment_trace>()},
      quiet_{std::make_unique<detail::quiet_watch>(options)},
      impl_{std::make_unique<detail::worker_scheduler>(with_defaults(options))},
      interruptible_{ACTORS_SIMULATION == 0 && options.interrupts == on_interrupt::cancel_main},
      dumps_on_quit_{ACTORS_SIMULATION == 0 && options.dump_on_quit},
      pool_{new blocking_pool{impl_->calls()}},
      watch_{watch_turns(*impl_, options.long_turn)} {
  if (watch_ != nullptr) quiet_->note_thread();
  if (impl_->calls().watches_calls()) quiet_->note_thread();
  impl_->observe_quiet(*quiet_);
}

runtime::~runtime() { cancel_rest(); }

unsigned runtime::workers() const noexcept { return impl_->workers(); }

blocking_pool& runtime::pool() noexcept { return *pool_; }

detail::scheduler& runtime::scheduler() noexcept { return *impl_; }

runtime_snapshot runtime::snapshot() { return detail::take_snapshot(*impl_); }

std::string runtime::dump() { return dump(dump_format::text); }

std::string runtime::dump(dump_format as) {
  const runtime_snapshot now = snapshot();
  switch (as) {
    case dump_format::json:
      return now.to_json();
    case dump_format::full_text:
      return now.to_full_text();
    case dump_format::text:
      break;
  }
  return now.to_text();
}

std::shared_ptr<detail::signal_watch> runtime::prepare_root() {
  if (detail::current_scheduler() != nullptr)
    throw usage_error{"run() inside a running runtime would block its worker: co_await the task instead"};
  return interruptible_ || dumps_on_quit_ ? detail::signal_watch::make(interruptible_, dumps_on_quit_) : nullptr;
}

void runtime::finish_root(detail::task_state& root, detail::signal_watch* watch) {
  bool interrupted = false;
  detail::quiet_watch::root waiting{*quiet_};
  if (watch != nullptr)
    interrupted = watch->wait(root, *this);
  else
    detail::wait_on_thread(root);
  waiting.ends();
  cancel_rest();
  if (const std::string report = quiet_->take_report(); !report.empty()) {
    root.mark_retrieved();
    throw deadlock{report};
  }
  if (interrupted && root.status() == detail::task_status::cancelled) detail::end_by_interrupt();
}

void runtime::cancel_rest() { impl_->tasks.cancel_all_and_wait(); }

}  // namespace actors::inline v1
