// log_spdlog: the log as messages of spdlog. For programs that link spdlog::spdlog: the library itself does without.
#pragma once

#include <actors/log.hpp>

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <utility>

namespace actors::inline v1 {

/// While one lives, messages of the log go to a logger of spdlog. The one of several that was made last is destroyed
/// first.
class log_to_spdlog {
 public:
  /// `payload` makes what spdlog calls the message, for its pattern to put a time and a level around. It is called on
  /// several threads at once; where it throws, the message goes to stderr. Both `set_log_level`
  /// and the level of the logger leave messages out; the first does it before they are made.
  explicit log_to_spdlog(std::shared_ptr<spdlog::logger> logger,
                         std::string (*payload)(const log_message&) = &to_string)
      : logger_{std::move(logger)}, payload_{payload}, before_{on_log({&take, this})} {}
  ~log_to_spdlog() { on_log(before_); }
  log_to_spdlog(const log_to_spdlog&) = delete;
  log_to_spdlog& operator=(const log_to_spdlog&) = delete;

 private:
  static spdlog::level::level_enum level_of(log_level level) noexcept {
    switch (level) {
      case log_level::trace:
        return spdlog::level::trace;
      case log_level::debug:
        return spdlog::level::debug;
      case log_level::info:
        return spdlog::level::info;
      case log_level::warning:
        return spdlog::level::warn;
      case log_level::error:
        return spdlog::level::err;
      case log_level::off:
        break;
    }
    return spdlog::level::off;
  }
  static void take(void* context, const log_message& message) noexcept {
    const auto& self = *static_cast<const log_to_spdlog*>(context);
    const spdlog::level::level_enum level = level_of(message.level);
    if (!self.logger_->should_log(level)) return;
    try {
      self.logger_->log(level, self.payload_(message));
    } catch (...) {
      log(message);  // from inside a handler: to stderr
    }
  }

  const std::shared_ptr<spdlog::logger> logger_;
  std::string (*const payload_)(const log_message&);
  const log_handler before_;
};

}  // namespace actors::inline v1
