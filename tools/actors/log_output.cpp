#include "log_output.hpp"

#include <actors/pipeline/status_line.hpp>
#include <actors/pipeline/value.hpp>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

namespace actors::tool {

namespace {

using pipeline::field;
using pipeline::value;

using terminal_sink = spdlog::sinks::ansicolor_stderr_sink_mt;

class sink : public terminal_sink {
 public:
  using terminal_sink::terminal_sink;
  void log(const spdlog::details::log_msg& message) override {
    pipeline::clear_status_line();
    terminal_sink::log(message);
  }
};

struct to_value {
  value operator()(std::string_view text) const { return value{text}; }
  value operator()(std::int64_t number) const { return value{number}; }
  value operator()(std::uint64_t number) const {
    if (number > std::numeric_limits<std::int64_t>::max()) return value{static_cast<double>(number)};
    return value{static_cast<std::int64_t>(number)};
  }
  value operator()(double number) const { return value{number}; }
  value operator()(bool is) const { return value{is}; }
  value operator()(std::chrono::nanoseconds time) const { return value{std::chrono::duration<double>{time}.count()}; }
};

std::string as_text(const log_message& message) { return to_string(message); }

// The members of an object: the pattern puts the others and the braces around them.
std::string as_json(const log_message& message) {
  std::vector<field> fields;
  for (const log_field& each : message.fields) fields.push_back({each.key, std::visit(to_value{}, each.value)});
  std::vector<field> all{{"event", value{message.event}}, {"text", value{message.text}}};
  if (!fields.empty()) all.push_back({"fields", value{std::span<const field>{fields}}});
  if (!message.details.empty()) all.push_back({"details", value{message.details}});
  std::string text;
  pipeline::append_json(text, value{std::span<const field>{all}});
  return text.substr(1, text.size() - 2);
}

std::shared_ptr<spdlog::logger> make_logger(log_format format) {
  const bool plain = std::getenv("NO_COLOR") != nullptr;
  auto out = std::make_shared<sink>(plain ? spdlog::color_mode::never : spdlog::color_mode::automatic);
  const bool json = format == log_format::json;
  out->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v",
      json ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local));
  auto logger = std::make_shared<spdlog::logger>("actors", std::move(out));
  logger->set_level(spdlog::level::trace);  // set_log_level has decided
  return logger;
}

}  // namespace

const std::vector<std::string>& names_of_levels() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (int i = 0; i <= static_cast<int>(log_level::off); ++i) all.emplace_back(to_string(static_cast<log_level>(i)));
    return all;
  }();
  return names;
}

const std::vector<std::string>& names_of_formats() {
  static const std::vector<std::string> names{"text", "json"};
  return names;
}

log_output::log_output(const log_options& options)
    : handler_{make_logger(options.format), options.format == log_format::json ? &as_json : &as_text},
      level_before_{set_log_level(options.least)} {}

}  // namespace actors::tool
