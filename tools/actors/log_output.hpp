// log_output: where a command's messages go: lines on the standard error, for people or for programs.
#pragma once

#include <actors/log.hpp>
#include <actors/log_spdlog.hpp>

#include <string>
#include <vector>

namespace actors::tool {

enum class log_format { text, json };

struct log_options {
  log_level least = log_level::info;
  log_format format = log_format::text;
};

/// The words of the command line, in the order of the values.
const std::vector<std::string>& names_of_levels();
const std::vector<std::string>& names_of_formats();

/// While one lives, messages of this process have a time and a level, and in front of each the status line is taken
/// away.
class log_output {
 public:
  explicit log_output(const log_options& options);
  ~log_output() { set_log_level(level_before_); }
  log_output(const log_output&) = delete;
  log_output& operator=(const log_output&) = delete;

 private:
  const log_to_spdlog handler_;
  const log_level level_before_;
};

}  // namespace actors::tool
