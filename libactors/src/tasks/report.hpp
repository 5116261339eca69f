// report: what is said of errors that nobody looked at.
#pragma once

#include <exception>

namespace actors::inline v1::detail {

/// One line on stderr.
void report_unretrieved(const std::exception_ptr& error) noexcept;

}  // namespace actors::inline v1::detail
