#include <actors/caf/main.hpp>

#include <cstddef>
#include <iostream>
#include <limits>

namespace actors::inline v1::detail {

std::optional<int> parse_caf_options(::caf::actor_system_config& config, int argc, char** argv, const char* file) {
  if (const ::caf::error fault = config.parse(argc, argv, file)) {
    std::cerr << "error while parsing CLI and file options: " << ::caf::actor_system_config::render(fault) << std::endl;
    return EXIT_FAILURE;
  }
  if (config.cli_helptext_printed) return EXIT_SUCCESS;
  return std::nullopt;
}

std::optional<runtime_options> caf_runtime_options(const ::caf::actor_system_config& config) {
  const auto threads = ::caf::get_if<std::size_t>(&config, "scheduler.max-threads");
  if (!threads) return runtime_options{};
  if (*threads == 0 || *threads > std::numeric_limits<unsigned>::max()) {
    std::cerr << "error in the configuration: scheduler.max-threads is the number of workers, at least 1, but is "
              << *threads << std::endl;
    return std::nullopt;
  }
  return runtime_options{.workers = static_cast<unsigned>(*threads)};
}

int run_caf_slave(::caf::actor_system& system, const ::caf::actor_system_config& config) {
  if (config.slave_mode_fun == nullptr) {
    std::cerr << "cannot run slave mode, I/O module not loaded" << std::endl;
    return EXIT_FAILURE;
  }
  return config.slave_mode_fun(system, config);
}

}  // namespace actors::inline v1::detail
