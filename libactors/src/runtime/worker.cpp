#include "worker.hpp"

#include "thread_context.hpp"
#include "thread_placement.hpp"
#include "watched_worker.hpp"

#include <string>
#include <utility>

namespace actors::inline v1::detail {

worker::worker(worker_scheduler& owner, unsigned index)
    : owner_{owner},
      index_{index},
      has_slot_{owner.worker_count_ > 1},
      random_state_{index * 2654435761U + 1},
      meter_{owner.patience_},
      sightings_(owner.worker_count_),
      counts_{cycle_count()} {}

void worker::launch() {
  thread_ = thread{[this] { loop(); }};
}

void worker::loop() noexcept {
  name_this_thread(("actors-" + std::to_string(index_)).c_str());
  if (owner_.pin_workers_) pin_this_thread(index_);
  set_timer_slack(no_timer_slack);  // timers would be late by it
  const numbered_thread numbered;
  thread_context& context = this_thread();
  context.number = thread_number();
  context.self = this;
  context.slot = index_;
  context.where = &owner_;
  const watched_worker watched{context, owner_.turn_record_of(index_)};
  context_.store(&context, std::memory_order_release);
  found_work();
  for (;;) {
    runnable* work = next();
    if (work == nullptr) {
      out_of_work();
      work = wait_for_work();
      if (work == nullptr) break;
      found_work();
    }
    turns_.store(++turn_count_, std::memory_order_relaxed);
    if (meter_.turn()) [[unlikely]]
      measure();
    turn_start_ = queue_.end();
    running_ = work;
    work->run(*work);
    if (context.has_grandchildren) {
      context.has_grandchildren = false;
      run_newest_first();
    }
  }
  context_.store(nullptr, std::memory_order_release);
  context = {};
}

void worker::found_work() noexcept {
  const std::uint64_t now = cycle_count();
  counts_.busy.found_work(now);
  wakes_.found_work(cycle_time());
  meter_.restart(now);
}

void worker::out_of_work() noexcept {
  const std::uint64_t now = cycle_count();
  counts_.turns.note(now - meter_.sampled_at());
  counts_.busy.out_of_work(now);
  wakes_.out_of_work(cycle_time());
}

void worker::measure() noexcept {
  const std::uint32_t first = queue_.first();
  const std::uint32_t end = queue_.end();
  const std::uint64_t now = cycle_count();
  counts_.turns.note(now - meter_.sampled_at());
  meter_.sample(now, first, end);
  if (meter_.turns_are_long()) serve_timers();
  poll_io_if_due();
  offer(end != first && meter_.queue_is_slow(end - first));
}

// Tells those who look for work, and where nobody does one of those who sleep, that what is queued here will not run
// soon. A worker runs all that it has queued before it sleeps, so nothing is lost where nobody is told.
void worker::offer(bool slow) noexcept {
  if (offers_.load(std::memory_order_relaxed) != slow) offers_.store(slow, std::memory_order_relaxed);
  if (slow) tell_others();
}

// In a turn that others have found long nobody here will run it in time.
void worker::tell_others() noexcept { owner_.offer(index_, in_long_turn()); }

void worker::push_next(runnable& work) noexcept {
  if (!has_slot_) return push_last(work);
  // Only the owner fills the slot, so an empty one stays empty until the store. Where a thief empties it before the
  // exchange, that has put `work` there already, and another thief may have it by now.
  if (slot_.load(std::memory_order_relaxed) == nullptr)
    slot_.store(&work, std::memory_order_release);
  else if (runnable* before = slot_.exchange(&work, std::memory_order_acq_rel))
    return push_last(*before);
  bool will_wait = in_long_turn();
  if (meter_.slot_filled()) [[unlikely]] {
    meter_.time_slot(cycle_count());
    will_wait = will_wait || meter_.slot_is_slow();
  }
  if (will_wait) [[unlikely]]
    tell_others();
  else
    owner_.leave_unannounced();
}

void worker::push_direct(runnable& work) noexcept {
  if (!has_slot_) return push_last(work);
  if (direct_ != nullptr) return push_next(work);
  direct_ = &work;
}

// Otherwise it goes to the slot: it must not be hidden behind another turn.
bool worker::direct_may_run() const noexcept {
  return slot_run_ < slot_streak && fair_left_ > 1 && turn_count_ % background_period != 0 && errands_.empty() &&
         owner_.high_.empty();
}

void worker::push_last(runnable& work) noexcept {
  if (&work == running_) stepped_back_at_.store(queue_.end(), std::memory_order_relaxed);
  enqueue(work);
  const std::uint32_t length = queue_.end() - queue_.first();
  if (in_long_turn() || meter_.queue_is_slow(length)) [[unlikely]]
    offer(true);
  else
    owner_.leave_unannounced();
}

// Half of the queue goes to where everybody finds it.
void worker::make_room_for(runnable& work) noexcept {
  do {
    std::size_t count = 0;
    runnable* half = queue_.pop_half(count);
    if (half == nullptr) continue;  // a thief made room
    runnable* last = half;
    while (last->next != nullptr) last = last->next;
    last->next = &work;
    owner_.injector_.push_chain(*half, work, count + 1);
    owner_.notify();
    return;
  } while (!queue_.push(work));
}

runnable* worker::take_slot() noexcept {
  runnable* work = slot_.load(std::memory_order_relaxed);
  if (work != nullptr) work = slot_.exchange(nullptr, std::memory_order_acq_rel);  // null when a thief was faster
  if (meter_.slot_is_timed()) [[unlikely]] {
    if (work != nullptr)
      meter_.slot_taken(cycle_count());
    else
      meter_.slot_lost();
  }
  return work;
}

// What was queued since the turn began.
void worker::run_newest_first() noexcept {
  if (!newest_first_ || static_cast<std::int32_t>(newest_floor_ - turn_start_) > 0) newest_floor_ = turn_start_;
  newest_first_ = true;
}

runnable* worker::take_queued() noexcept {
  if (newest_first_) {
    if (static_cast<std::int32_t>(queue_.end() - newest_floor_) > 0) {
      if (runnable* work = queue_.pop_newest()) return work;
    }
    newest_first_ = false;
  }
  return queue_.pop();
}

runnable* worker::take_injected() noexcept {
  runnable* first = owner_.injector_.pop_share(owner_.workers_.size(), local_queue::capacity / 2);
  if (first == nullptr) return nullptr;
  for (runnable* work = first->next; work != nullptr;) {
    runnable* after = work->next;
    enqueue(*work);
    work = after;
  }
  if (!owner_.injector_.empty()) owner_.notify();
  return first;
}

void worker::serve_timers() noexcept {
  if (owner_.soonest_timer() != timer_queue::never) owner_.fire_timers(owner_.now());
}

// Now and then what waits in other places than the slot and the newest end of the queue comes first.
runnable* worker::fair_turn() noexcept {
  fair_left_ = meter_.turns_are_long() ? fair_period_of_long_turns : fair_period;
  serve_timers();
  poll_io_if_due();
  if (runnable* work = owner_.injector_.pop()) return work;
  return newest_first_ ? queue_.pop() : nullptr;
}

// Null also where it is the others' turn.
runnable* worker::take_high() noexcept {
  runnable* work = high_run_ != high_streak ? owner_.high_.pop() : nullptr;
  high_run_ = work != nullptr ? high_run_ + 1 : 0;
  return work;
}

runnable* worker::next() noexcept {
  if (runnable* work = std::exchange(direct_, nullptr)) {
    if (direct_may_run()) {
      --fair_left_;
      ++slot_run_;
      return work;
    }
    push_next(*work);
  }
  if (runnable* errand = errands_.pop()) [[unlikely]]
    return errand;
  // Before the others that are taken now and then: its turns would fall on theirs.
  if (turn_count_ % background_period == 0) [[unlikely]] {
    if (runnable* work = owner_.background_.pop()) return work;
  }
  if (--fair_left_ == 0) [[unlikely]] {
    if (runnable* work = fair_turn()) return work;
  }
  if (!owner_.high_.empty()) [[unlikely]] {
    if (runnable* work = take_high()) return work;
  }
  if (runnable* work = take_slot()) {
    if (++slot_run_ <= slot_streak) return work;
    slot_run_ = 0;
    enqueue(*work);
    return queue_.pop();
  }
  slot_run_ = 0;
  if (runnable* work = take_queued()) return work;
  if (runnable* work = take_injected()) return work;
  if (runnable* work = owner_.high_.pop()) return work;
  return owner_.background_.pop();
}

std::uint32_t worker::random() noexcept {  // xorshift32
  random_state_ ^= random_state_ << 13;
  random_state_ ^= random_state_ >> 17;
  random_state_ ^= random_state_ << 5;
  return random_state_;
}

}  // namespace actors::inline v1::detail
