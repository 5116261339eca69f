#include "report.hpp"

#include <cstdio>

namespace actors::inline v1::detail {

void report_from_caf(const char* where, const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "actors: an exception left %s: %s\n", where, e.what());
  } catch (...) {
    std::fprintf(stderr, "actors: an exception left %s; it is not a std::exception\n", where);
  }
}

}  // namespace actors::inline v1::detail
