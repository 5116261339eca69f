#include <actors/stop_token.hpp>

namespace actors::inline v1::detail {

stop_scope::stop_scope(task_state& party, std::stop_token token)
    : party_{party}, answered_before_{party.cancel_requests()} {
  // One that is still pending belongs to those who must not be swallowed.
  if (party.cancel_pending() && answered_before_ != 0) --answered_before_;
  callback_.emplace(std::move(token), request{*this});
}

void stop_scope::request::operator()() const noexcept {
#if ACTORS_SIMULATION
  // Who takes a std::stop_callback away waits for it where it runs on another thread of the system; here is only one.
  const one_step undivided;
#endif
  scope.fired_.store(true, std::memory_order_release);
  scope.party_.request_cancel();
}

void stop_scope::end() noexcept {
  callback_.reset();  // waits for one that runs
  if (fired_.load(std::memory_order_acquire)) party_.uncancel(answered_before_);
}

void stop_scope::end_cancelled() noexcept {
  callback_.reset();
  if (!fired_.load(std::memory_order_acquire)) return;
  // Somebody else asked, too: the `cancelled` that goes on its way answers that.
  if (party_.uncancel(answered_before_) > answered_before_) party_.take_cancel();
}

}  // namespace actors::inline v1::detail
