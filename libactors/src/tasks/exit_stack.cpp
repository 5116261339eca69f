#include <actors/detail/this_party.hpp>
#include <actors/errors.hpp>
#include <actors/exit_stack.hpp>

#include "../runtime/thread_context.hpp"
#include "error_way.hpp"
#include "report_error.hpp"

#include <cstdint>

namespace actors::inline v1 {

namespace {

/// The first thing that went wrong when a scope ended.
class first_failure {
 public:
  first_failure(detail::task_state& party, std::exception_ptr first) noexcept
      : party_{party},
        first_{std::move(first)},
        trace_{detail::error_way::of(first_)},
        answered_{party.cancel_requests()} {
    if (party.cancel_pending() && answered_ != 0) --answered_;
  }

  /// In a handler: of the exception that it handles.
  void add() noexcept {
    if (first_ == nullptr) {
      first_ = std::current_exception();
      trace_ = detail::error_way::of(first_);
      return;
    }
    try {
      throw;
    } catch (const cancelled&) {
      keep_cancellation();
    } catch (...) {
      detail::report_error("scope_error", "an error at the end of a scope, behind another one",
                           std::current_exception(), detail::error_way::of(std::current_exception()));
    }
  }
  /// When all is done: the other ends were not to be disturbed.
  void rethrow() {
    if (owes_cancellation_) party_.put_cancel_back();
    if (first_ == nullptr) return;
    detail::error_way::go_on(first_, std::move(trace_));
    std::rethrow_exception(std::move(first_));
  }

 private:
  // One that goes on its way answers all requests. Where an error goes instead, the request must not be forgotten; but
  // a `cancelled` may also be the end of another task, which is no request to this one.
  void keep_cancellation() noexcept {
    try {
      std::rethrow_exception(first_);
    } catch (const cancelled&) {
    } catch (...) {
      owes_cancellation_ = party_.cancel_requests() > answered_;
    }
  }

  detail::task_state& party_;
  std::exception_ptr first_;
  error_trace trace_;       ///< of it
  std::uint32_t answered_;  ///< requests to cancel that were answered before
  bool owes_cancellation_ = false;
};

task<> call_abandoned(exit_stack stack) { co_await stack.close(); }

/// Where the calling thread may start a task; null: nowhere. Who ends a runtime may be the last to see a task's result.
detail::lane* lane_here() noexcept {
  if (detail::current_scheduler() == nullptr) return detail::this_thread().visited;
  return &detail::need_lane("an exit_stack");
}

}  // namespace

void exit_stack::push(std::unique_ptr<detail::deferred_call> entry) noexcept {
  entry->below = std::move(top_);
  top_ = std::move(entry);
}

task<> exit_stack::close() { return detail::end_scope(*this, nullptr); }

task<> detail::end_scope(exit_stack& stack, std::exception_ptr failure) {
  detail::task_state& party = co_await detail::this_party{};
  first_failure first{party, std::move(failure)};
  while (stack.top_ != nullptr) {
    const std::unique_ptr<detail::deferred_call> entry = std::move(stack.top_);
    stack.top_ = std::move(entry->below);
    try {
      const task<> ending = entry->call();
      if (ending) co_await ending;
    } catch (...) {
      first.add();
    }
  }
  first.rethrow();
}

void exit_stack::abandon() noexcept {
  try {
    if (detail::lane* where = lane_here()) {
      task<> ending = call_abandoned(std::move(*this));
      detail::task_block<void>* block = detail::task_access::take(ending);
      block->start_cleanup(*where);
      block->release();
      return;
    }
    throw usage_error{
        "an exit_stack, or a generator with one, was destroyed outside of the tasks of a runtime: close it before"};
  } catch (...) {
    detail::report_error("deferred_not_called", "functions that were deferred are not called",
                         std::current_exception());
  }
  while (top_ != nullptr) top_ = std::move(top_->below);  // one by one, and not each within the one before
}

}  // namespace actors::inline v1
