#include "report_error.hpp"

#include <cstdio>

namespace actors::inline v1::detail {

void report_error(const std::string& happened, const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "actors: %s: %s\n", happened.c_str(), e.what());
  } catch (...) {
    std::fprintf(stderr, "actors: %s: an exception that is not a std::exception\n", happened.c_str());
  }
}

}  // namespace actors::inline v1::detail
