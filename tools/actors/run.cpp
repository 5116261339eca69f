// actors run: a pipeline file, from its check to its summary.
#include <actors/actors.hpp>
#include <actors/config/diagnostic.hpp>
#include <actors/config/load.hpp>
#include <actors/log.hpp>
#include <actors/pipeline/builtin.hpp>
#include <actors/pipeline/pipeline.hpp>
#include <actors/pipeline/status_line.hpp>

#include "commands.hpp"
#include "signals.hpp"
#include "summary.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>
#include <system_error>

namespace actors::tool {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

// Short runs show no line at all.
task<> show_progress(const pipeline::pipeline& running, clock::time_point start) {
  co_await sleep(400ms);
  for (;;) {
    pipeline::show_status_line(progress_line(running.totals(), clock::now() - start));
    co_await sleep(200ms);
  }
}

task<> run_with_progress(pipeline::pipeline& running, clock::time_point start) {
  const join_handle<> progress = spawn(show_progress(running, start));
  co_await running.run();  // where it throws, the runtime ends the progress line with the rest
  progress.cancel();
}

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& each : names) text += (text.empty() ? "" : ", ") + each;
  return text.empty() ? "nobody" : text;
}

// How the run ended: the message of what failed, if anything did.
std::optional<std::string> run_to_end(pipeline::pipeline& running, const config::plan& plan,
                                      std::optional<std::size_t> threads, clock::time_point start) {
  signal_watch watch{[&] {
                       log(log_level::info, "ending",
                           "ending: no new input; what is under way is finished (once more to stop at once)");
                       running.drain();
                     },
                     [&] {
                       const std::string names = list_of(running.running());
                       log(log_level::warning, "stopping", "stopping at once; still running: " + names,
                           {{"running", names, log_field::in_text}});
                       running.stop();
                     },
                     [&] {
                       const std::string names = list_of(running.running());
                       log(log_level::error, "ended_by_force", "ended by force; these did not stop: " + names,
                           {{"running", names, log_field::in_text}});
                       std::_Exit(exit_failed);
                     },
                     plan.shutdown_timeout};
  runtime_options options;
  if (threads) options.workers = static_cast<unsigned>(*threads);
  const char* const terminal = std::getenv("TERM");
  const bool progress = ::isatty(STDERR_FILENO) != 0 && (terminal == nullptr || std::string_view{terminal} != "dumb");
  try {
    runtime workers{options};
    workers.run(progress ? run_with_progress(running, start) : running.run());
    return std::nullopt;
  } catch (const cancelled&) {
    return "stopped before its end";
  } catch (const std::system_error& fault) {  // what actors throw comes as actor_failed
    return "cannot start the workers: " + std::string{fault.what()} + "; ask for fewer with --threads";
  } catch (const std::exception& fault) {
    return fault.what();
  }
}

}  // namespace

int run(const run_options& options) {
  pipeline::registry components;
  pipeline::add_builtin_components(components);
  config::load_options loading;
  loading.set = options.set;
  const config::load_result loaded = config::load(options.file, loading, components);
  const bool color = ::isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  if (!loaded.diagnostics.empty()) std::cerr << config::render(loaded.diagnostics, {.color = color});
  if (!loaded.plan) return exit_bad_configuration;

  const auto start = clock::now();
  pipeline::pipeline running{*loaded.plan};
  std::optional<std::size_t> threads = loaded.plan->threads;
  if (options.threads != 0) threads = options.threads;
  const std::optional<std::string> fault = run_to_end(running, *loaded.plan, threads, start);
  pipeline::finish_status_line();
  for (const pipeline::stage_note& each : running.notes())
    log(log_level::warning, "note", each.actor + ": " + each.text, {{"actor", each.actor, log_field::in_text}});
  if (fault) {
    log(log_level::error, "run_failed", *fault);
    return exit_failed;
  }
  const std::chrono::duration<double> time = clock::now() - start;
  if (loaded.plan->summary == config::summary_target::out)
    std::cout << "\n" << summary(running.totals(), time) << std::flush;
  else if (loaded.plan->summary == config::summary_target::err && options.summary_is_message)
    log_summary(running.totals(), time);
  else if (loaded.plan->summary == config::summary_target::err)
    std::cerr << summary(running.totals(), time);
  return exit_fine;
}

}  // namespace actors::tool
