#include "report_error.hpp"

#include <cstdio>

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

// In one piece: other threads write there, too.
void report_error(const std::string& happened, const std::exception_ptr& error, const error_trace& trace) noexcept {
  try {
    const std::string text = "actors: " + happened + ": " + text_of(error) + '\n' + trace.to_string();
    std::fputs(text.c_str(), stderr);
  } catch (...) {  // no memory for the text
    std::fputs("actors: an error reached nobody, and there is no memory to say which\n", stderr);
  }
}

}  // namespace actors::inline v1::detail
