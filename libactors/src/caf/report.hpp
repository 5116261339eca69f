// report: what is said of an exception that CAF let through to a worker.
#pragma once

#include <exception>

namespace actors::inline v1::detail {

/// Prints `error` on the standard error output. `where` is what it came out of ("a CAF actor").
void report_from_caf(const char* where, const std::exception_ptr& error) noexcept;

}  // namespace actors::inline v1::detail
