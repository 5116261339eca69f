#include "strand_lane.hpp"

#include "../runtime/thread_context.hpp"

#include <utility>

namespace actors::inline v1::detail {

strand_lane::strand_lane(lane& below) noexcept : lane{below.owner(), kind::strand}, below_{below} {
  run = static_cast<void (*)(runnable&) noexcept>(&run_turns);
}

void strand_lane::release() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void strand_lane::post(runnable& work) noexcept {
  if (!enter(work)) return;
  retain();
  below_.post(*this);
}

void strand_lane::post_last(runnable& work) noexcept {
  if (!enter(work)) return;
  retain();
  below_.post_last(*this);
}

bool strand_lane::enter(runnable& work) noexcept {
  runnable* newest = posted_.load(std::memory_order_relaxed);
  do {
    work.next = newest != nullptr ? newest : this;
  } while (!posted_.compare_exchange_weak(newest, &work, std::memory_order_acq_rel, std::memory_order_relaxed));
  return newest == nullptr;
}

runnable* strand_lane::take() noexcept {
  if (ready_ == nullptr) {
    runnable* newest = posted_.load(std::memory_order_relaxed);
    if (newest == this &&
        posted_.compare_exchange_strong(newest, nullptr, std::memory_order_release, std::memory_order_relaxed))
      return nullptr;
    newest = posted_.exchange(this, std::memory_order_acquire);
    while (newest != this) {
      runnable* const older = newest->next;
      newest->next = ready_;
      ready_ = std::exchange(newest, older);
    }
  }
  runnable* const work = ready_;
  ready_ = work->next;
  return work;
}

void strand_lane::run_turns(runnable& self) noexcept { static_cast<strand_lane&>(self).run_turns(); }

void strand_lane::run_turns() noexcept {
  thread_context& here = this_thread();
  here.on_strand = true;
  int left = turns_at_once;
  for (; left != 0; --left) {
    runnable* work = take();
    if (work == nullptr) break;
    work->run(*work);
  }
  here.on_strand = false;
  if (left == 0)
    below_.post_last(*this);
  else
    release();
}

}  // namespace actors::inline v1::detail
