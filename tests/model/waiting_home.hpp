// waiting_home: where the parties of the models of waits are posted.
#pragma once

#include <actors/waiter.hpp>

#include "checker.hpp"

namespace model {

/// Where a resumed party runs: one thread, which sleeps until the party is posted.
class home final : public actors::executor {
 public:
  void post(actors::runnable& work) noexcept override {
    expect(posts_.get() == 0, "a wait is woken twice");
    // Any thread could run the party now: it must see what the poster sees.
    expect(point_.get() == 1, "a party goes on where it does not wait");
    posts_.set(1);
    work.next = &work;  // a queue's link, which stays
    queued_.store(1, std::memory_order_release);
    futex_wake_one(queued_);
  }
  void wait_until_posted() {
    while (queued_.exchange(0, std::memory_order_acquire) == 0) futex_wait(queued_, 0, false);
    posts_.set(0);
  }
  void suspend_at() { point_.set(1); }
  bool is_posted(const rest& at) const { return at.value(posts_) != 0; }

 private:
  atomic<std::uint32_t> queued_{0};
  guarded<int> posts_{0};
  plain<int> point_{0};  ///< resume_point_ and filter_
};

}  // namespace model
