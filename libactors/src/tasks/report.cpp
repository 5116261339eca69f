#include "report.hpp"

#include <cstdio>

namespace actors::inline v1::detail {

void report_unretrieved(const std::exception_ptr& error, const std::string& name) noexcept {
  const auto say = [&](const char* what) {
    if (name.empty())
      std::fprintf(stderr, "actors: a task ended with an error that nobody looked at: %s\n", what);
    else
      std::fprintf(stderr, "actors: task '%s' ended with an error that nobody looked at: %s\n", name.c_str(), what);
  };
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    say(e.what());
  } catch (...) {
    say("an exception that is not a std::exception");
  }
}

}  // namespace actors::inline v1::detail
