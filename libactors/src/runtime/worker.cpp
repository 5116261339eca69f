#include "worker.hpp"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>

namespace actors::inline v1::detail {

namespace {

thread_local worker* this_worker = nullptr;

constexpr std::chrono::microseconds first_watch{50};
constexpr std::chrono::microseconds last_watch{1000};

// Waits while `word` is 0, until the absolute time on the monotonic clock (the one of steady_clock).
void futex_wait_until(std::atomic<std::uint32_t>& word, std::int64_t deadline) noexcept {
  timespec until{deadline / 1'000'000'000, deadline % 1'000'000'000};
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_BITSET_PRIVATE, 0,
          deadline == timer_queue::never ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake_one(std::atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace

[[gnu::noinline]] worker* current_worker() noexcept { return this_worker; }

worker::worker(worker_scheduler& owner, unsigned index)
    : owner_{owner}, index_{index}, random_state_{index * 2654435761U + 1}, has_slot_{owner.worker_count_ > 1} {
  sightings_.resize(owner.worker_count_);
}

void worker::launch() {
  thread_ = std::thread{[this] { loop(); }};
}

void worker::loop() noexcept {
  char name[16];
  std::snprintf(name, sizeof name, "actors-%u", index_);
  pthread_setname_np(pthread_self(), name);
  this_worker = this;
  set_current_scheduler(&owner_);
  bool slept = false;
  while (!owner_.stopping_.load(std::memory_order_acquire)) {
    runnable* work = next();
    if (work == nullptr)
      work = search();
    else if (slept)
      end_search(true);
    slept = work == nullptr;
    if (slept) {
      sleep();
      continue;
    }
    turns_.store(++turn_count_, std::memory_order_relaxed);
    work->run(*work);
  }
  set_current_scheduler(nullptr);
  this_worker = nullptr;
}

void worker::push_next(runnable& work) noexcept {
  if (!has_slot_) return push_last(work);
  runnable* before = slot_.load(std::memory_order_relaxed);
  // Only the owner fills the slot, so an empty one stays empty until the store.
  if (before == nullptr)
    slot_.store(&work, std::memory_order_release);
  else if ((before = slot_.exchange(&work, std::memory_order_acq_rel)) != nullptr)
    push_last(*before);
}

void worker::push_last(runnable& work) noexcept {
  enqueue(work);
  owner_.notify();
}

void worker::enqueue(runnable& work) noexcept {
  while (!queue_.push(work)) {
    std::size_t count = 0;
    runnable* half = queue_.pop_half(count);
    if (half == nullptr) continue;  // a thief made room
    runnable* last = half;
    while (last->next != nullptr) last = last->next;
    last->next = &work;
    owner_.injector_.push_chain(*half, work, count + 1);
    return;
  }
}

runnable* worker::take_slot() noexcept {
  runnable* work = slot_.load(std::memory_order_relaxed);
  if (work == nullptr) return nullptr;
  return slot_.exchange(nullptr, std::memory_order_acq_rel);  // null when a thief was faster
}

runnable* worker::take_injected() noexcept {
  runnable* first = owner_.injector_.pop_share(owner_.workers_.size(), local_queue::capacity / 2);
  if (first == nullptr) return nullptr;
  bool more = false;
  for (runnable* work = first->next; work != nullptr; more = true) {
    runnable* after = work->next;
    enqueue(*work);
    work = after;
  }
  if (more) owner_.notify();
  return first;
}

runnable* worker::next() noexcept {
  if (runnable* errand = errands_.pop()) [[unlikely]]
    return errand;
  if (turn_count_ % fair_period == 0) {
    if (owner_.soonest_timer() != timer_queue::never) owner_.fire_timers(owner_.now());
    if (runnable* work = owner_.injector_.pop()) return work;
  }
  if (runnable* work = take_slot()) {
    if (++slot_run_ <= slot_streak) return work;
    slot_run_ = 0;
    enqueue(*work);
    return queue_.pop();
  }
  slot_run_ = 0;
  if (runnable* work = queue_.pop()) return work;
  return take_injected();
}

runnable* worker::search() noexcept {
  if (!searching_) {
    // At most half of the workers search: more would only get into each other's way.
    if (2 * owner_.searching_.load(std::memory_order_relaxed) >= owner_.worker_count_) return nullptr;
    owner_.searching_.fetch_add(1, std::memory_order_seq_cst);
    searching_ = true;
  }
  if (owner_.soonest_timer() != timer_queue::never) owner_.fire_timers(owner_.now());
  runnable* work = next();
  if (work == nullptr) work = steal();
  if (work == nullptr) work = look_for_stale_slot();
  end_search(work != nullptr);
  return work;
}

// Whoever goes from looking for work, or from sleep, to running leaves somebody awake behind: where nobody searches
// now, the next one is woken. Without that a worker that counts as searching while it runs would keep all others
// asleep.
void worker::end_search(bool found) noexcept {
  if (searching_) {
    searching_ = false;
    owner_.searching_.fetch_sub(1, std::memory_order_seq_cst);
  }
  if (found) owner_.notify();
}

runnable* worker::steal() noexcept {
  const unsigned count = owner_.worker_count_;
  for (int round = 0; round != 4; ++round) {
    const unsigned first = random() % count;
    for (unsigned i = 0; i != count; ++i) {
      worker& victim = *owner_.workers_[(first + i) % count];
      if (&victim == this) continue;
      if (runnable* work = victim.queue_.steal_into(queue_)) return work;
    }
  }
  return nullptr;
}

// A task in a next-to-run slot waits for the turn of its worker to end. That is usually at once, and waking somebody
// for it would cost a thousand times what the wait costs; but the turn can also be a long one. So one of the sleepers
// looks now and then, while others run, and takes an entry that lay in the same slot over a whole look.
runnable* worker::look_for_stale_slot() noexcept {
  for (unsigned i = 0; i != owner_.worker_count_; ++i) {
    worker& other = *owner_.workers_[i];
    if (&other == this) continue;
    sighting& seen = sightings_[i];
    runnable* entry = other.slot_.load(std::memory_order_acquire);
    const std::uint32_t turns = other.turns_.load(std::memory_order_relaxed);
    if (entry != nullptr && entry == seen.entry && turns == seen.turns &&
        other.slot_.compare_exchange_strong(entry, nullptr, std::memory_order_acq_rel)) {
      seen = {};
      watch_period_ = first_watch;
      return entry;
    }
    seen = {entry, turns};
  }
  return nullptr;
}

void worker::sleep() noexcept {
  owner_.announce_sleep(*this);
  if (!errands_.empty() || owner_.work_visible() || owner_.stopping_.load(std::memory_order_seq_cst)) {
    if (owner_.retract_sleep(*this)) return;
  }
  std::int64_t deadline = owner_.soonest_timer();
  owner_.watch_until(deadline);
  // While others run, watch their slots; when all sleep there is nothing to watch, and no reason to wake.
  if (has_slot_ && owner_.sleeping_.load(std::memory_order_seq_cst) < owner_.worker_count_) {
    watch_period_ = std::clamp(watch_period_ * 2, first_watch, last_watch);
    const steady_time look = owner_.now() + watch_period_;
    deadline = std::min<std::int64_t>(deadline, look.time_since_epoch().count());
  } else {
    watch_period_ = {};
  }
  if (wait_for_token(deadline)) {
    searching_ = true;  // the one who woke us counted us in
    return;
  }
  if (!owner_.retract_sleep(*this)) {
    wait_for_token(timer_queue::never);
    searching_ = true;
  }
}

// False when the time is over.
bool worker::wait_for_token(std::int64_t deadline) noexcept {
  for (;;) {
    if (token_.exchange(0, std::memory_order_acquire) != 0) return true;
    if (deadline != timer_queue::never && owner_.now().time_since_epoch().count() >= deadline) return false;
    futex_wait_until(token_, deadline);
  }
}

void worker::unpark() noexcept {
  token_.store(1, std::memory_order_release);
  futex_wake_one(token_);
}

std::uint32_t worker::random() noexcept {  // xorshift32
  random_state_ ^= random_state_ << 13;
  random_state_ ^= random_state_ >> 17;
  random_state_ ^= random_state_ << 5;
  return random_state_;
}

}  // namespace actors::inline v1::detail
