// parking_model: the event count of the scheduler: worker_scheduler.{hpp,cpp}, search.cpp, parker.hpp, injector.hpp,
// with their names, orders and lines. docs/model-check.md sets them side by side.
#pragma once

#include "checker.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

namespace model::parking {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto seq_cst = std::memory_order_seq_cst;

/// Times are small numbers. A watcher that looks at the others sleeps until `watch_time`.
constexpr int never = 99;
constexpr int watch_time = 5;

/// injector.hpp: a set of up to 31 pieces of work. `size_` is written under the lock and read without it.
class injector {
 public:
  void push(unsigned work) {
    lock_.lock();
    entries_.set(entries_.get() | 1U << work);
    size_.store(size_.load(relaxed) + 1, seq_cst);
    lock_.unlock();
  }
  /// `caller` is the place for mutants: who asks.
  bool empty(place caller = place::here()) const { return size_.load(seq_cst, caller) == 0; }
  /// The number of a piece of work, or -1. (pop_share with a share of one.)
  int pop() {
    if (empty()) return -1;
    lock_.lock();
    const unsigned entries = entries_.get();
    int work = -1;
    if (entries != 0) {
      work = __builtin_ctz(entries);
      entries_.set(entries & (entries - 1));
      size_.store(size_.load(relaxed) - 1, seq_cst);
    }
    lock_.unlock();
    return work;
  }
  static std::vector<std::string> names(const std::string& of) { return {of + "lock", of + "entries", of + "size"}; }

 private:
  spin_lock lock_;
  guarded<unsigned> entries_{0};
  atomic<unsigned> size_{0};
};

/// parker.hpp: how one worker sleeps and is woken. A second way to sleep belongs here: then `wake` has to find out
/// which.
class parker {
 public:
  /// False when the time came first.
  bool wait(bool timed) {
    for (;;) {
      if (token_.exchange(0, acquire) != 0) return true;
      if (!futex_wait(token_, 0, timed)) return false;
    }
  }
  void wake() {
    token_.store(1, release);
    futex_wake_one(token_);
  }
  bool has_token(const rest& at) const { return at.value(token_) != 0; }
  static std::vector<std::string> names(const std::string& of) { return {of + "token"}; }

 private:
  atomic<std::uint32_t> token_{0};
};

/// timer_queue.hpp, with at most one timer.
class timer_queue {
 public:
  void insert(int deadline) {
    lock_.lock();
    next_.store(deadline, seq_cst);
    lock_.unlock();
  }
  int next(place caller = place::here()) const { return next_.load(seq_cst, caller); }
  void fire_due(int now) {
    if (next() > now) return;
    lock_.lock();
    if (next_.load(relaxed) <= now) next_.store(never, seq_cst);
    lock_.unlock();
  }
  int pending(const rest& at) const { return at.value(next_); }
  static std::vector<std::string> names(const std::string& of) { return {of + "lock", of + "next"}; }

 private:
  spin_lock lock_;
  atomic<int> next_{never};
};

struct worker {
  injector errands_;
  parker parker_;
  timer_queue timers_;
  guarded<bool> watches_{false};
  plain<bool> to_watch_{false};
  guarded<bool> meant_to_watch_{false};  ///< what `to_watch_` has to be
  guarded<int> sleeps_until{-1};         ///< for the properties: -1 while it is awake

  static std::vector<std::string> names(const std::string& of) {
    std::vector<std::string> all;
    for (const auto& part :
         {injector::names(of + "errands."), parker::names(of), timer_queue::names(of + "timers."),
          std::vector<std::string>{of + "watches", of + "to_watch", of + "meant_to_watch", of + "sleeps_until"}})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }
};

/// What a worker keeps between its turns: `frame::keep`. A turn is a part of a function: what is not named here is
/// forgotten between two of them, which keeps the states few.
enum kept : std::uint8_t { stage, searching, found, until, begun };

enum class stage_of : std::uint8_t { loop, begin, look, end, announce, watch, check, rest_timed, rest, retract };

/// What a piece of work does when it runs.
enum class deed : std::uint8_t { nothing, starts_timer, never_ends, starts_timer_and_never_ends };

/// worker_scheduler, and what a worker does without work (search.cpp). Up to two workers.
class scheduler {
 public:
  scheduler(checker& of, unsigned workers, bool with_timers);

  // worker_scheduler.cpp; post_from_outside is push_from_outside, then notify
  void post_to(unsigned index, unsigned work);
  void start_from_outside(int deadline);
  void stop_workers();

  void push_from_outside(unsigned work) { injector_.push(work); }
  void notify() { wake_one(reason::work); }

  /// The next part of a worker's loop. False when it has ended.
  bool turn(unsigned self, frame& at);
  /// False when the piece of work never ends.
  bool run(unsigned self, int work);

  /// What is wrong when nobody goes on: `works` are the pieces that were posted, as bits.
  std::string wrong_at_rest(const rest& at, unsigned works, bool stopped) const;

  std::array<deed, 4> deeds{};  ///< of each piece of work
  int timer_of_work = never;

 private:
  enum class reason : std::uint8_t { work, watch };
  void wake_one(reason why);
  void note_reason(unsigned index, reason why);
  void leave_unannounced() {
    if (unwatched_.load(relaxed)) wake_one(reason::watch);
  }
  int soonest_timer(place caller = place::here()) const;
  void start_on_worker(unsigned self, int deadline, bool turns_are_long);

  void announce_sleep(unsigned self);
  void watch_until(unsigned self, int deadline, bool looks);
  bool is_watcher(unsigned self);
  bool is_watcher_locked(unsigned self) const;
  bool retract_sleep(unsigned self);
  void remove_sleeper(unsigned index);

  // worker.cpp, search.cpp
  int next(unsigned self);
  int look(unsigned self);
  bool begin_search(frame& at);
  void end_search(frame& at, bool found);
  stage_of sleep(unsigned self, frame& at, stage_of stage);
  bool look_once_more(unsigned self, frame& at);

  bool is_listed(unsigned self) const;

  const unsigned worker_count_;
  const bool has_timers_;
  std::array<worker, 2> workers_;
  injector injector_;
  atomic<unsigned> searching_{0};
  atomic<unsigned> sleeping_{0};
  atomic<int> watched_{never};
  atomic<bool> unwatched_{false};
  atomic<bool> stopping_{false};
  spin_lock sleepers_lock_;
  guarded<unsigned> sleepers_{0};  ///< a list: eight times those before, plus the number of the last one + 1
  guarded<unsigned> done_{0};      ///< work that was run, as bits
  guarded<int> clock_{0};          ///< the latest time limit of a sleep that came
};

}  // namespace model::parking
