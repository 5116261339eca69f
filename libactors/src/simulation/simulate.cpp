#include <actors/runtime.hpp>
#include <actors/simulate.hpp>

#include "../runtime/platform.hpp"
#include "engine.hpp"
#include "recipe.hpp"
#include "run_once.hpp"

#include <memory>

namespace actors::inline v1 {

namespace detail {

namespace {

/// The first thread of a simulation.
struct first_thread {
  const simulation_options& options;
  simulated_body body;
  std::exception_ptr error;

  static void enter(void* self) noexcept {
    auto& here = *static_cast<first_thread*>(self);
    try {
      here.body.call(here.body.what, here.options);
    } catch (...) {
      here.error = std::current_exception();
    }
  }
};

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (const cancelled& e) {
    return e.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

simulation_failure failure_of(const engine_failure& found, const std::string& replay, const std::exception_ptr& error) {
  const std::string text = found.text + "\nrepeat it with simulate({.replay = \"" + replay +
                           "\"}, ...); the last switches of its schedule:\n" + found.schedule;
  if (!error) return {found.why, text, replay};
  try {
    std::rethrow_exception(error);
  } catch (...) {
    return {found.why, text, replay};
  }
}

/// The end of a simulation's first task, for its first thread.
struct root_wait : completion {
  bool ended = false;
};

}  // namespace

run_result run_once(const simulation_options& options, chooser& strategy, simulated_body body, bool (*checks)()) {
  run_result result;
  first_thread first{options, body, {}};
  engine here{options, strategy};
  here.run(&first_thread::enter, &first);
  std::optional<engine_failure> failure = here.failure();
  if (const auto* listed = dynamic_cast<const listed_chooser*>(&strategy); listed != nullptr && listed->astray()) {
    failure = engine_failure{simulation_failure::reason::astray,
                             "the schedule cannot be repeated: the program does something else than when it was found",
                             here.schedule()};
  }
  if (!failure && first.error)
    failure = engine_failure{simulation_failure::reason::error, text_of(first.error), here.schedule()};
  if (!failure && checks != nullptr && checks())
    failure = engine_failure{simulation_failure::reason::check, "a check failed", here.schedule()};
  const simulation_summary summary = here.summary();
  result.points = summary.points;
  if (options.summary != nullptr) *options.summary = summary;
  if (failure) result.failure = failure_of(*failure, summary.replay, first.error);
  return result;
}

void run_simulation(const simulation_options& options, simulated_body body) {
  std::unique_ptr<chooser> strategy =
      options.replay.empty() ? std::make_unique<random_chooser>(options.seed) : chooser_of(options.replay);
  run_result result = run_once(options, *strategy, body, nullptr);
  if (result.failure) throw std::move(*result.failure);
}

void run_simulated_root(const simulation_options& options, task_state& root) {
  engine& engine_here = *engine::running();
  runtime here{{.workers = options.workers,
                .blocking_threads = options.blocking_threads,
                .blocking_keep_alive = options.blocking_keep_alive}};
  root_wait wait;
  wait.done = [](completion& self, task_state&) noexcept {
    static_cast<root_wait&>(self).ended = true;
    engine::running()->wake(&self, true);
  };
  root.subscribe(wait);
  root.start(here.scheduler());
  engine_here.let_rescue(&wait);
  while (!wait.ended && !engine_here.rescued())
    engine_here.wait(&wait, INT64_MAX, {"wait for the end of the main task", 0, {}});
  engine_here.let_rescue(nullptr);
  engine_here.note_end();
  here.scheduler().tasks.cancel_all_and_wait();
  root.settle();
  if (!engine_here.rescued()) root.rethrow_failure();
}

}  // namespace detail

std::chrono::steady_clock::time_point simulated_time() noexcept {
  return std::chrono::steady_clock::time_point{std::chrono::nanoseconds{detail::clock_now()}};
}

}  // namespace actors::inline v1
