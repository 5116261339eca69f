// How the threads of a pool for blocking calls are started, look for calls, sleep and leave.
#include <actors/detail/frame_pool.hpp>

#include "call_pool.hpp"
#include "platform.hpp"
#include "thread_context.hpp"
#include "thread_placement.hpp"

#include <algorithm>
#include <utility>

namespace actors::inline v1::detail {

namespace {

// A thread without a call stays awake for a while: to wake it costs several microseconds, on both sides.
constexpr double linger_ns = 50'000;
constexpr double look_ns = 500;
// The kernel adds some 50 us to it.
constexpr std::int64_t watch_ns = 50'000;

// The number is kept whole where the system cuts names.
std::string numbered(const std::string& name, const std::string& number) {
  constexpr std::size_t longest = 15;
  const std::string tail = '-' + number;
  return name.substr(0, longest - std::min(longest, tail.size())) + tail;
}

// One that has left, or is about to.
void join(pool_thread& one) noexcept {
  for (unsigned round = 0; !one.set_up.load(std::memory_order_acquire); ++round) give_way(round);
  if (one.thread.joinable()) one.thread.join();
}

}  // namespace

// Under the lock. It counts as searching, as it will look at the queue.
void call_pool::count_thread() noexcept {
  ++alive_;
  ++searching_;
  starting_.fetch_add(1, std::memory_order_relaxed);
}

void call_pool::start_one() {
  {
    const std::lock_guard guard{lock_};
    count_thread();
  }
  try {
    start_thread();
  } catch (...) {
    give_up_start();
    throw;
  }
}

// Precondition: it is counted.
void call_pool::start_thread() {
  std::list<pool_thread> made;
  pool_thread& one = made.emplace_back();
  one.place = made.begin();
  std::list<pool_thread> numbered_before;
  {
    const std::lock_guard guard{lock_};
    std::list<pool_thread>& from = free_.empty() && !closing_ ? gone_ : free_;
    if (!from.empty()) numbered_before.splice(numbered_before.begin(), from, from.begin());
    one.index = numbered_before.empty() ? next_index_++ : numbered_before.front().index;
    threads_.splice(threads_.end(), made);
  }
  for (pool_thread& each : numbered_before) join(each);
  try {
    // Of the worker that runs this; its one CPU, and its precise sleeps, are not for calls that block.
    cpu_mask usable = mask_before_pinning();
    one.thread = joining_thread{[this, &one, usable = std::move(usable), slack = usual_timer_slack()] {
      usable.apply();
      set_timer_slack(slack);
      thread_main(one);
    }};
  } catch (...) {
    // Whoever takes the number next, or closes the pool, finds nothing to join.
    const std::lock_guard guard{lock_};
    if (!closing_) free_.splice(free_.end(), threads_, one.place);
    one.set_up.store(true, std::memory_order_release);
    throw;
  }
  one.set_up.store(true, std::memory_order_release);
  starting_.fetch_sub(1, std::memory_order_release);
}

// A thread could not be had. Where there are others the calls only wait longer, and who takes or queues the next one
// tries again; but one that went to sleep meanwhile is woken for what counted on this thread.
void call_pool::give_up_start() noexcept {
  errand then;
  blocking_job* stranded = nullptr;
  {
    const std::lock_guard guard{lock_};
    --searching_;
    --alive_;
    recount();
    if (alive_ == 0) {
      stranded = detach_queue();
      grant_room(then);
    } else if (first_ != nullptr && searching_ == 0 && watcher_ == nullptr && !sleepers_.empty()) {
      get_help(then);
    }
  }
  refuse(stranded, std::current_exception());
  run_errand(then);
  starting_.fetch_sub(1, std::memory_order_release);
}

void call_pool::thread_main(pool_thread& self) noexcept {
  name_this_thread(numbered(name_, std::to_string(self.index)).c_str());
  thread_context& context = this_thread();
  context.pool = this;
  context.on_pool = &self;
  bool searching = true;
  while (blocking_job* job = next_job(self, searching)) perform(self, *job);
  context = {};
}

// Null where the thread is to end. `searching`: whether it is counted so.
blocking_job* call_pool::next_job(pool_thread& self, bool& searching) noexcept {
  for (;;) {
    errand then;
    blocking_job* job = nullptr;
    const std::uint64_t now = cycle_count();
    {
      std::unique_lock guard{lock_};
      self.calling = nullptr;
      if (too_many_ && !closing_) {
        if (std::exchange(searching, false)) --searching_;
        if (first_ != nullptr && searching_ == 0 && watcher_ == nullptr && !sleepers_.empty()) get_help(then);
        leave(self, guard);
        run_errand(then);
        return nullptr;
      }
      if (searching && first_ != nullptr) {
        --searching_;
        searching = false;
      }
      job = take(self, now, then);
      if (job == nullptr && !closing_ && !searching && searching_ == 0) {
        ++searching_;
        searching = true;
      }
    }
    run_errand(then);
    if (job != nullptr) {
      self.began_at = cycle_count();
      note_wait(self, *job, self.began_at);
      return job;
    }
    self.began_at = 0;
    if (searching && linger()) continue;
    if (!sleep(self, searching)) return nullptr;
  }
}

bool call_pool::linger() const noexcept {
  const double rate = cycles_per_nanosecond();
  const std::uint64_t end = cycle_count() + static_cast<std::uint64_t>(rate * linger_ns);
  const auto pause = static_cast<std::uint64_t>(rate * look_ns);
  for (std::uint64_t now = cycle_count(); static_cast<std::int64_t>(end - now) > 0; now = cycle_count()) {
    for (unsigned round = 0; cycle_count() - now < pause; ++round) give_way(round);
    if (queued_.load(std::memory_order_relaxed) != 0) return true;
  }
  return false;
}

// False where the thread is to end; otherwise it looks at the queue next.
bool call_pool::sleep(pool_thread& self, bool& searching) noexcept {
  frame_pool_rest();
  const std::int64_t begin = clock_now();
  const std::int64_t end = begin + keep_alive_;
  std::int64_t deadline = end;
  std::unique_lock guard{lock_};
  if (first_ != nullptr) return true;
  if (std::exchange(searching, false)) --searching_;
  if (closing_) return false;
  if (watcher_ == nullptr && alive_ > sleepers_.size() + 1) {
    watcher_ = &self;
    self.seen_taken = taken_;
    deadline = begin + watch_ns;
  }
  sleepers_.push(self);
  for (;;) {
    guard.unlock();
    const bool woken = self.parking.wait(deadline);
    guard.lock();
    if (woken || !self.asleep) {
      guard.unlock();
      if (!woken) self.parking.wait(INT64_MAX);  // somebody is about to
      return searching = true;
    }
    if (watcher_ == &self) {
      const watch found = look_as_watcher(self);
      deadline = found == watch::on ? clock_now() + watch_ns : end;
      if (found == watch::found) return searching = true;
    } else if (alive_ > min_threads_) {
      leave(self, guard);
      return false;
    } else {
      deadline = INT64_MAX;
    }
  }
}

call_pool::watch call_pool::look_as_watcher(pool_thread& self) noexcept {
  const std::uint64_t now = cycle_count();
  if (first_ != nullptr && (stuck(took_at_, now) || (!brisk_ && stuck(first_->queued_at, now)))) {
    watcher_ = nullptr;
    sleepers_.remove(self);
    ++searching_;
    return watch::found;
  }
  if (first_ != nullptr || std::exchange(self.seen_taken, taken_) != taken_) return watch::on;
  watcher_ = nullptr;
  return watch::over;
}

// Those who left before are joined by the next one, so that at most one is left over. What it does with `self` after
// that is among the lists is seen by whoever joins it.
void call_pool::leave(pool_thread& self, std::unique_lock<spin_lock>& guard) noexcept {
  if (self.asleep) sleepers_.remove(self);
  --alive_;
  recount();
  keep_counts_of(self);
  std::list<pool_thread> before;
  before.splice(before.end(), gone_);
  gone_.splice(gone_.end(), threads_, self.place);
  guard.unlock();
  for (pool_thread& each : before) join(each);
  guard.lock();
  free_.splice(free_.end(), before);
  guard.unlock();
}

// While the pool is closing nobody leaves, but threads may still be started for what is queued.
void call_pool::join_all() noexcept {
  for (;;) {
    // Before the look at the list: what was counted down is there.
    const bool none_starts = starting_.load(std::memory_order_acquire) == 0;
    pool_thread* one = nullptr;
    std::list<pool_thread> ended;
    {
      const std::lock_guard guard{lock_};
      if (!threads_.empty())
        one = &threads_.front();
      else if (!gone_.empty())
        one = &gone_.front();
    }
    if (one != nullptr) {
      for (unsigned round = 0; !one->set_up.load(std::memory_order_acquire); ++round) give_way(round);
      const bool was_started = one->thread.joinable();
      join(*one);
      const std::lock_guard guard{lock_};
      if (!threads_.empty() && &threads_.front() == one) {
        if (was_started) --alive_;
        keep_counts_of(*one);
        ended.splice(ended.end(), threads_, threads_.begin());
      } else {
        ended.splice(ended.end(), gone_, gone_.begin());
      }
      continue;
    }
    if (none_starts) break;
    give_way(127);
  }
  if (!watch_.joinable()) return;
  {
    const std::lock_guard guard{lock_};
    watch_ends_ = true;
  }
  static_cast<void>(watch_parker_.wake());
  watch_.join();
}

}  // namespace actors::inline v1::detail
