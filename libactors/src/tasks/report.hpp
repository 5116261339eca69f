// report: what is said of errors that nobody looked at.
#pragma once

#include <exception>
#include <string>

namespace actors::inline v1::detail {

/// One line on stderr. `who`: what comes before "an error that nobody looked at".
void report_unretrieved(const std::exception_ptr& error, const std::string& who = "a task ended with") noexcept;

}  // namespace actors::inline v1::detail
