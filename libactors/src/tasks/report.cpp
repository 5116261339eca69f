#include "report.hpp"

#include <cstdio>

namespace actors::inline v1::detail {

void report_unretrieved(const std::exception_ptr& error) noexcept {
  constexpr const char* line = "actors: a task ended with an error that nobody looked at: %s\n";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, line, e.what());
  } catch (...) {
    std::fprintf(stderr, line, "an exception that is not a std::exception");
  }
}

}  // namespace actors::inline v1::detail
