// The command line: reads the arguments and calls the command.
#include <actors/log.hpp>

#include "commands.hpp"
#include "log_output.hpp"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace actors::tool;

const char* const set_help = "set a variable (name=value) or a value of the file (actors.top.with.k=5); repeatable";

// Where one of the three standard descriptors is closed, the next file that is opened would take its place. Here
// something takes it that cannot be read or written.
void occupy_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) != -1) continue;
    [[maybe_unused]] const int opened = ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

// Of an option that is one of some words: which, as a number.
template <class Choice>
CLI::Option* add_choice(CLI::App& command, const std::string& name, Choice& chosen,
                        const std::vector<std::string>& words, const std::string& help) {
  std::string list;
  for (const std::string& each : words) list += (list.empty() ? "" : ", ") + each;
  const auto choose = [&chosen, name, words, list](const std::string& found) {
    const auto at = std::find(words.begin(), words.end(), found);
    if (at == words.end()) throw CLI::ValidationError{name, "must be one of " + list + ", found '" + found + "'"};
    chosen = static_cast<Choice>(at - words.begin());
  };
  return command.add_option_function<std::string>(
      name, choose, help + "; " + list + " (" + words[static_cast<std::size_t>(chosen)] + ")");
}

int refuse(const std::string& what) {
  std::cerr << "actors: " << what << "\n";
  return exit_bad_configuration;
}

// Empty, or why the first argument is no command.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || std::string_view{argv[1]}.starts_with('-')) return {};
  std::string names;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (each->get_name() == argv[1]) return {};
    names += (names.empty() ? "" : ", ") + each->get_name();
  }
  return "there is no command '" + std::string{argv[1]} + "'; the commands are " + names;
}

std::string usage_fault(const CLI::App*, const CLI::Error& fault) {
  return std::string{"actors: "} + fault.what() + "\nRun 'actors --help' or 'actors COMMAND --help' for the usage.\n";
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_descriptors();
  CLI::App app{"actors: runs and checks pipelines of actors from configuration files", "actors"};
  app.require_subcommand(1);
  app.failure_message(usage_fault);
  app.set_version_flag("--version", "actors " ACTORS_VERSION);

  run_options running;
  auto* run_command = app.add_subcommand("run", "run a pipeline file");
  run_command->add_option("FILE", running.file, "the pipeline file")->required();
  run_command->add_option("--set", running.set, set_help)->type_name("NAME=VALUE")->take_all()->expected(1);
  run_command->add_option("--threads", running.threads, "workers; without it what the file says, or one per CPU")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  log_options logging;
  add_choice(*run_command, "--log-level", logging.least, names_of_levels(), "write messages from this level on")
      ->type_name("LEVEL");
  add_choice(*run_command, "--log-format", logging.format, names_of_formats(), "how messages are written")
      ->type_name("FORMAT");

  check_options checking;
  auto* check_command = app.add_subcommand("check", "check pipeline files without starting anything");
  check_command->add_option("FILE", checking.files, "pipeline files, or directories of them")->required();
  check_command->add_option("--set", checking.set, set_help)->type_name("NAME=VALUE")->take_all()->expected(1);
  check_command->add_flag("--strict", checking.strict, "warnings count as errors");
  log_format format = log_format::text;
  add_choice(*check_command, "--format", format, names_of_formats(), "how diagnostics are written");

  std::string code;
  auto* explain_command = app.add_subcommand("explain", "say what an error code means");
  explain_command->add_option("CODE", code, "such as E014")->required();
  auto* list_command = app.add_subcommand("list", "list the components that files can name");
  auto* version_command = app.add_subcommand("version", "print the version");

  if (const std::string fault = unknown_command(app, argc, argv); !fault.empty()) return refuse(fault);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? exit_fine : exit_bad_configuration;
  }
  std::optional<log_output> output;
  try {
    int code_of_exit = exit_fine;
    if (*run_command) {
      output.emplace(logging);
      running.summary_is_message = logging.format == log_format::json;
      code_of_exit = run(running);
    }
    if (*check_command) {
      checking.json = format == log_format::json;
      code_of_exit = check(checking);
    }
    if (*explain_command) code_of_exit = explain(code);
    if (*list_command) code_of_exit = list();
    if (*version_command) std::cout << "actors " ACTORS_VERSION "\n";
    if (!std::cout.flush()) throw std::runtime_error{"cannot write to the standard output"};
    return code_of_exit;
  } catch (const bad_arguments& fault) {
    return refuse(fault.what());
  } catch (const std::exception& fault) {
    actors::log(actors::log_level::error, "command_failed", fault.what());
    return exit_failed;
  }
}
