#include "report.hpp"

#include <cstdio>

namespace actors::inline v1::detail {

void report_unretrieved(const std::exception_ptr& error, const std::string& who) noexcept {
  constexpr const char* line = "actors: %s an error that nobody looked at: %s\n";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, line, who.c_str(), e.what());
  } catch (...) {
    std::fprintf(stderr, line, who.c_str(), "an exception that is not a std::exception");
  }
}

}  // namespace actors::inline v1::detail
