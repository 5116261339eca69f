#include <actors/detail/channel_observer.hpp>
#include <actors/detail/io_wait.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/errors.hpp>

namespace actors::inline v1::detail {

bool io_wait::begin(task_state& party, std::coroutine_handle<> point) noexcept {
  who_ = &party;
  resume = &on_wake;
  party.suspend_at(point, *this);
  refused_ = !party.arm();
  if (refused_) return false;
  observe_wait(wait_kind::io);
  return true;
}

void io_wait::started() {
  if ((marks_.fetch_or(is_started, std::memory_order_acq_rel) & is_to_cancel) != 0) ask_to_cancel();
  end_step();
}

void io_wait::end_step() noexcept {
  waiter& who = *who_;
  if (steps_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const bool claimed = who.decide();
  over_.store(true, std::memory_order_release);
  // Where the claim failed the party is awake and goes on from here; otherwise it waits for this.
  if (claimed) who.wake();
}

void io_wait::settle() const noexcept {
  for (unsigned round = 0; !over_.load(std::memory_order_acquire); ++round) give_way(round);
}

// Called for every wake-up of the wait: at its end, and for a cancellation.
bool io_wait::on_wake(wake_filter& self, waiter& who) noexcept {
  auto& wait = static_cast<io_wait&>(self);
  std::uint32_t steps = wait.steps_.load(std::memory_order_acquire);
  do {
    if (steps == 0) {
      wait.settle();
      who.forget_decision();  // there is one where a cancellation woke the party before the last step could
      return true;
    }
  } while (!wait.steps_.compare_exchange_weak(steps, steps + 1, std::memory_order_acq_rel, std::memory_order_acquire));
  wait.asked_ = true;
  if ((wait.marks_.fetch_or(is_to_cancel, std::memory_order_acq_rel) & is_started) != 0) wait.ask_to_cancel();
  // Once the party is armed this frame may be gone.
  if (who.arm_shielded_unless_decided()) return false;
  wait.settle();
  return true;
}

void io_wait::throw_if_cancelled(bool gave_up) {
  if (!refused_ && !(asked_ && gave_up)) return;
  who_->take_cancel();
  throw cancelled{};
}

}  // namespace actors::inline v1::detail
