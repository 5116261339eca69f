// report_error: says on stderr that there was an error which reaches nobody.
#pragma once

#include <actors/error_trace.hpp>

#include <exception>
#include <string>

namespace actors::inline v1::detail {

/// One line: what happened, and the text of the error; below it the trace. Any thread, also without a runtime.
void report_error(const std::string& happened, const std::exception_ptr& error, const error_trace& trace = {}) noexcept;

}  // namespace actors::inline v1::detail
