// actors check, explain, list: what can be said of files and components without starting anything.
#include <actors/config/diagnostic.hpp>
#include <actors/config/load.hpp>
#include <actors/pipeline/builtin.hpp>

#include "commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>

namespace actors::tool {

namespace {

namespace fs = std::filesystem;

// A directory stands for the pipeline files directly in it.
std::vector<std::string> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code fault;
    if (!fs::is_directory(path, fault)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (fs::directory_iterator at{path, fault}; !fault && at != fs::directory_iterator{}; at.increment(fault)) {
      const auto extension = at->path().extension();
      if (extension == ".yaml" || extension == ".yml") found.push_back(at->path().string());
    }
    std::sort(found.begin(), found.end());
    if (fault) throw bad_arguments{"cannot read the directory '" + path + "': " + fault.message()};
    if (found.empty()) throw bad_arguments{"there is no .yaml or .yml file in the directory '" + path + "'"};
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace

int check(const check_options& options) {
  pipeline::registry components;
  pipeline::add_builtin_components(components);
  config::load_options loading;
  loading.set = options.set;
  std::vector<config::diagnostic> found;
  const std::vector<std::string> files = files_of(options.files);
  for (const std::string& file : files) {
    config::load_result result = config::load(file, loading, components);
    found.insert(found.end(), std::make_move_iterator(result.diagnostics.begin()),
                 std::make_move_iterator(result.diagnostics.end()));
  }
  const bool color = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  if (options.json)
    std::cout << config::render_json(found);
  else if (!found.empty())
    std::cout << config::render(found, {.color = color});
  else
    std::cout << files.size() << (files.size() == 1 ? " file is" : " files are") << " in order\n";
  const bool failed = std::any_of(found.begin(), found.end(), [&](const config::diagnostic& each) {
    return options.strict || each.level == config::severity::error;
  });
  return failed ? exit_bad_configuration : exit_fine;
}

int explain(const std::string& code) {
  const config::explanation* found = config::explain(code);
  if (found == nullptr) {
    std::cerr << "actors: there is no code '" << code << "'; the codes are";
    for (const config::explanation& each : config::explanations()) std::cerr << " " << each.code;
    std::cerr << "\n";
    return exit_bad_configuration;
  }
  std::cout << found->code << ": " << found->title << "\n\n" << found->text << "\n";
  if (!found->example.empty()) std::cout << "\n" << found->example << "\n";
  return exit_fine;
}

int list() {
  pipeline::registry components;
  pipeline::add_builtin_components(components);
  const auto all = components.all();
  std::size_t width = 0;
  for (const auto* each : all) width = std::max(width, each->name.size());
  for (const auto& [kind, title] : {std::pair{pipeline::component_kind::source, "sources"},
                                    std::pair{pipeline::component_kind::transform, "transforms"},
                                    std::pair{pipeline::component_kind::sink, "sinks"}}) {
    std::cout << title << "\n";
    for (const auto* each : all) {
      if (each->kind == kind)
        std::cout << "  " << each->name << std::string(width - each->name.size() + 2, ' ') << each->doc << "\n";
    }
  }
  return exit_fine;
}

}  // namespace actors::tool
