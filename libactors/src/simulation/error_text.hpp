// error_text: what an exception says, for reports.
#pragma once

#include <exception>
#include <string>

namespace actors::inline v1::detail {

std::string text_of(const std::exception_ptr& error);

}  // namespace actors::inline v1::detail
