#include "report_error.hpp"

#include <actors/errors.hpp>
#include <actors/log.hpp>

#include <array>
#include <new>
#include <span>
#include <string>

namespace actors::inline v1::detail {

namespace {

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

}  // namespace

void report_error(std::string_view event, std::string_view happened, const std::exception_ptr& error,
                  const error_trace& trace, std::string_view task) noexcept {
  if (!log_enabled(log_level::error)) return;
  try {
    const std::string what = text_of(error);
    const std::string text = std::string{happened} + ": " + what;
    const std::string way = trace.to_string();
    const std::array<log_field, 2> fields{log_field{"error", what, log_field::in_text},
                                          log_field{"task", task, log_field::in_text}};
    log({log_level::error, event, text, std::span{fields}.first(task.empty() ? 1 : 2), way});
  } catch (const std::bad_alloc&) {
    log(log_level::error, event, "an error reached nobody, and there is no memory to say which");
  }
}

bool is_closed_channel(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const channel_closed&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace actors::inline v1::detail
