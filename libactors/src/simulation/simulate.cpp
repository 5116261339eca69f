#include <actors/runtime.hpp>
#include <actors/simulate.hpp>

#include "../runtime/platform.hpp"
#include "engine.hpp"
#include "error_text.hpp"
#include "recipe.hpp"
#include "run_once.hpp"

#include <memory>
#include <string>

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

/// The options that `given` has and others would not, as they are written in a program.
std::string other_options(const simulation_options& given) {
  const simulation_options usual;
  std::string text;
  const auto add = [&text](const char* name, auto value, auto ordinary, const char* before = "",
                           const char* after = "") {
    if (value != ordinary) text += std::string{", ."} + name + " = " + before + std::to_string(value) + after;
  };
  add("workers", given.workers, usual.workers);
  add("blocking_threads", given.blocking_threads, usual.blocking_threads);
  add("blocking_keep_alive", given.blocking_keep_alive.count(), usual.blocking_keep_alive.count(),
      "std::chrono::milliseconds{", "}");
  add("max_points", given.max_points, usual.max_points);
  return text;
}

simulation_failure failure_of(const engine_failure& found, const simulation_options& options,
                              const std::string& replay) {
  std::string text = found.text;
  if (!text.ends_with('\n')) text += '\n';
  text += "repeat it with simulate({.replay = \"" + replay + '"' + other_options(options) +
          "}, ...); the end of its schedule:\n" + found.schedule;
  text.pop_back();
  if (!found.error) return {found.why, text, replay};
  try {
    std::rethrow_exception(found.error);
  } catch (...) {
    return {found.why, text, replay};
  }
}

engine_failure astray(const engine& here, const std::optional<engine_failure>& instead) {
  std::string text =
      "astray: the program took another schedule than the one that was to be repeated. It is not the same program, its "
      "options are not the same, or it depends on something else than its schedule (a clock of the system, addresses, "
      "random numbers, what ran before). This time it ";
  text += instead ? "failed: " + instead->text : "came to its end.";
  return {simulation_failure::reason::astray, text, here.schedule(), instead ? instead->error : nullptr};
}

/// The end of a simulation's first task, for its first thread.
struct root_wait : completion {
  bool ended = false;
};

}  // namespace

void check_simulation(const simulation_options& options) {
  if (engine::running() != nullptr)
    throw usage_error{"simulate() and explore() cannot be called inside a simulation: call the program itself"};
  if (options.workers == 0)
    throw usage_error{"simulation_options::workers is 0: expected how many workers to simulate"};
  if (options.max_points == 0) throw usage_error{"simulation_options::max_points is 0: nothing can run"};
  constexpr std::size_t least = 16 * 1024;
  if (options.stack_bytes < least)
    throw usage_error{"simulation_options::stack_bytes is " + std::to_string(options.stack_bytes) +
                      ": expected at least " + std::to_string(least)};
}

run_result run_once(const simulation_options& options, chooser& strategy, simulated_body body, bool (*checks)(),
                    std::optional<std::uint32_t> mark) {
  run_result result;
  first_thread first{options, body, {}};
  engine here{options, strategy};
  here.run(&first_thread::enter, &first);
  std::optional<engine_failure> failure = here.failure();
  if (!failure && first.error)
    failure = engine_failure{simulation_failure::reason::error, text_of(first.error), here.schedule(), first.error};
  if (!failure && checks != nullptr && checks())
    failure = engine_failure{simulation_failure::reason::check, "a check failed", here.schedule(), {}};
  const simulation_summary summary = here.summary();
  const auto* listed = dynamic_cast<const listed_chooser*>(&strategy);
  if ((mark && *mark != mark_of(summary.fingerprint)) || (listed != nullptr && listed->astray()))
    failure = astray(here, failure);
  result.points = summary.points;
  if (options.summary != nullptr) *options.summary = summary;
  if (failure) result.failure = failure_of(*failure, options, summary.replay);
  return result;
}

void run_simulation(const simulation_options& options, simulated_body body) {
  check_simulation(options);
  recipe chosen;
  if (options.replay.empty())
    chosen.strategy = std::make_unique<random_chooser>(options.seed);
  else
    chosen = read_recipe(options.replay);
  run_result result = run_once(options, *chosen.strategy, body, nullptr, chosen.mark);
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
    return false;
  };
  root.subscribe(wait);
  root.start(here.scheduler());
  while (!wait.ended) engine_here.wait(&wait, INT64_MAX, {"wait for the end of the main task", 0, {}});
  engine_here.note_end();
  here.scheduler().tasks.cancel_all_and_wait();
  root.settle();
  root.rethrow_failure();
}

}  // namespace detail

std::chrono::steady_clock::time_point simulated_time() noexcept {
  return std::chrono::steady_clock::time_point{std::chrono::nanoseconds{detail::clock_now()}};
}

}  // namespace actors::inline v1
