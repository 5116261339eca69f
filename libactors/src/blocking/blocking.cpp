#include <actors/blocking.hpp>
#include <actors/detail/channel_observer.hpp>

#include "../runtime/call_pool.hpp"

namespace actors::inline v1::detail {

blocking_wait::blocking_wait(call_pool* pool) noexcept : pool_{pool} {
  if (pool != nullptr) pool->retain();
}

void blocking_wait::release_pool() noexcept { pool_->release(); }

bool blocking_wait::suspend(task_state& party, std::coroutine_handle<> point) {
  who = &party;
  resume = &on_cancel;
  party.suspend_at(point, *this);
  bool queued = false;
  try {
    queued = pool_ != nullptr ? pool_->offload(*this) : scheduler_of(party).offload(*this);
  } catch (...) {
    party.suspend_at(point);
    throw;
  }
  if (queued)
    observe_wait(wait_kind::blocking_call);
  else
    party.suspend_at(point);  // nothing was published: the filter is taken back
  return queued;
}

bool blocking_wait::on_cancel(wake_filter& self, waiter& who) noexcept {
  auto& job = static_cast<blocking_wait&>(self);
  return job.pool_ != nullptr ? job.pool_->recall(job) : scheduler_of(who).recall(job);
}

// A call that runs while its party is resumed has ended in truth: the party has found that when it armed again.
void blocking_wait::check() {
  const stage found = at.load(std::memory_order_relaxed);
  if (found != stage::woken && found != stage::running) {
    static_cast<task_state*>(who)->take_cancel();
    throw cancelled{};
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace actors::inline v1::detail
