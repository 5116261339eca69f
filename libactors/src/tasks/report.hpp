// report: what is said of errors that nobody looked at.
#pragma once

#include <exception>
#include <string>

namespace actors::inline v1::detail {

/// One line on stderr. `name`: of the task, or empty.
void report_unretrieved(const std::exception_ptr& error, const std::string& name = {}) noexcept;

}  // namespace actors::inline v1::detail
