// caf/main: the main function of a CAF program, with the workers of a runtime in place of CAF's scheduler.
#pragma once

#include <actors/caf/scheduler.hpp>
#include <actors/runtime.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exec_main.hpp>

#include <cstdlib>
#include <optional>

namespace actors::inline v1 {

namespace detail {

/// Reads the command line and the configuration file into `config`. The exit status, where the program ends with that:
/// after --help, or after a mistake, which is printed on stderr.
std::optional<int> parse_caf_options(::caf::actor_system_config& config, int argc, char** argv, const char* file);

/// What the runtime of a CAF program takes from its configuration; nothing, with a message on stderr, where that cannot
/// be had.
std::optional<runtime_options> caf_runtime_options(const ::caf::actor_system_config& config);

/// What a program does that was started as a slave of `caf-run`; the exit status.
int run_caf_slave(::caf::actor_system& system, const ::caf::actor_system_config& config);

}  // namespace detail

/// What `caf::exec_main` does, with the actors on the workers of a runtime that lives as long as the call: reads the
/// options into a configuration of the type that `caf_main` takes (or caf::actor_system_config), loads the `Modules`
/// (and blocks of type ids), makes the system, calls `caf_main(system)` or `caf_main(system, config)`, and waits until
/// all actors have ended. Returns the exit status; messages of a wrong configuration go to stderr.
///
/// `scheduler.max-threads` is the number of workers, at least 1; where it is not set, runtime_options::workers says how
/// many there are. Blocks. Not on a worker. Throws what CAF and `caf_main` throw, and std::system_error where threads
/// cannot be had.
template <class... Modules, class Main>
int exec_caf_main(Main caf_main, int argc, char** argv, const char* config_file = "caf-application.ini") {
  using helper = ::caf::exec_main_helper<typename ::caf::detail::get_callable_trait<Main>::type::arg_types>;
  typename helper::config config;
  if (const std::optional<int> status = detail::parse_caf_options(config, argc, argv, config_file)) return *status;
  (config.template load<Modules>(), ...);
  const std::optional<runtime_options> options = detail::caf_runtime_options(config);
  if (!options) return EXIT_FAILURE;
  runtime on{*options};
  load_scheduler(config, on);
  ::caf::actor_system system{config};
  if (config.slave_mode) return detail::run_caf_slave(system, config);
  helper{}(caf_main, system, config);
  return EXIT_SUCCESS;
}

}  // namespace actors::inline v1

/// Stands in a CAF program in place of CAF_MAIN, with the same arguments:
///
///     void caf_main(caf::actor_system& system, const my_config& config) { ... }
///     ACTORS_CAF_MAIN(caf::io::middleman)
///
/// defines the function `main`, which is `actors::exec_caf_main` with these modules.
#define ACTORS_CAF_MAIN(...) \
  int main(int argc, char** argv) { return ::actors::exec_caf_main<__VA_ARGS__>(caf_main, argc, argv); }
