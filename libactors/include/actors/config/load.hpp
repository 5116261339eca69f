// load: from a pipeline file to a plan, or to everything that is wrong with it.
#pragma once

#include <actors/config/diagnostic.hpp>
#include <actors/config/plan.hpp>
#include <actors/pipeline/component.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace actors::inline v1::config {

/// What a load takes into account beside the file.
struct load_options {
  /// `name=value` sets the variable `name`; `actors.top.with.k=5` sets the value at a path. As `--set` gives them.
  std::vector<std::string> set;

  /// What `replicas: auto` means; 0: the number of CPUs this process may use.
  std::size_t auto_replicas = 0;

  /// Where `${NAME}` is looked up; empty: the environment of the process (which no other thread may change meanwhile).
  std::function<std::optional<std::string>(const std::string& name)> environment;
};

/// A plan, unless there are errors, and what was found. The plan points to the registry's components.
struct load_result {
  std::optional<config::plan> plan;
  std::vector<diagnostic> diagnostics;  ///< sorted by place; warnings may stand beside a plan
};

/// Reads and checks a pipeline file. Whatever is wrong with the file is in the result; nothing is started or opened but
/// by the `check` functions of options, whose exceptions pass through. Reads the file on the calling thread. The
/// registry must outlive the plan.
load_result load(const std::string& file, const load_options& options, const pipeline::registry& components);

/// The same for a text that is already there; `name` is what diagnostics call it.
load_result load_text(const std::string& name, std::string text, const load_options& options,
                      const pipeline::registry& components);

}  // namespace actors::inline v1::config
