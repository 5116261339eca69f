#include <actors/future.hpp>

#include "../tasks/report_error.hpp"

#include <string>

namespace actors::inline v1::detail {

void throw_empty_future(const char* what) {
  throw usage_error{std::string{what} + ": it belongs to no promise: it was made by default, or moved from"};
}
void throw_completed_twice() {
  throw usage_error{"the promise has its result already: it is given once (try_set_value says whether it was)"};
}
void throw_future_not_ready() {
  throw usage_error{"the future has no result yet: co_await it in a task, or call get() on a plain thread"};
}

std::exception_ptr dropped_promise() {
  return std::make_exception_ptr(broken_promise{"the promise was dropped before it was given a result"});
}

bool future_core::fail(std::exception_ptr error) noexcept {
  if (!take()) return false;
  failure = std::move(error);
  ready.set();
  return true;
}

future_core::~future_core() {
  if (failure == nullptr || looked_at_.load(std::memory_order_relaxed)) return;
  try {
    std::rethrow_exception(failure);
  } catch (const broken_promise&) {
    // Nobody waited for it either.
  } catch (...) {
    report_error("unretrieved_error", "a future was given an error that nobody looked at", failure);
  }
}

}  // namespace actors::inline v1::detail
