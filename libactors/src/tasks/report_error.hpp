// report_error: says to the log that there was an error which reaches nobody.
#pragma once

#include <actors/error_trace.hpp>

#include <exception>
#include <string_view>

namespace actors::inline v1::detail {

/// A message of the level error: what happened, and the text of the error; below it the trace. `event` is the kind of
/// the message; `task` is the name of the one that the error ended, if it has one. Any thread, also without a runtime.
void report_error(std::string_view event, std::string_view happened, const std::exception_ptr& error,
                  const error_trace& trace = {}, std::string_view task = {}) noexcept;

/// Of a task that was asked to end this is no error: where a runtime ends many at once their channels close in any
/// order, and reports of that would bury what it ends for.
bool is_closed_channel(const std::exception_ptr& error) noexcept;

}  // namespace actors::inline v1::detail
