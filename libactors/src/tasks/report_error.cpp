#include "report_error.hpp"

#include <cstdio>

namespace actors::inline v1::detail {

void report_error(const char* happened, const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "actors: %s: %s\n", happened, e.what());
  } catch (...) {
    std::fprintf(stderr, "actors: %s: an exception that is not a std::exception\n", happened);
  }
}

}  // namespace actors::inline v1::detail
