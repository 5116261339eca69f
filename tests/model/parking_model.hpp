// parking_model: the event count of the scheduler: worker_scheduler.{hpp,cpp}, search.cpp, parker.hpp, reactor.hpp,
// injector.hpp, with their names, orders and lines. docs/model-check.md sets them side by side.
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
constexpr auto acq_rel = std::memory_order_acq_rel;
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

/// reactor.hpp, with asio_reactor.cpp. What io_context does under its lock is one read-modify-write: acq_rel, as taking
/// the lock and giving it back. Its waits end for a stop or a completion alone; when stopped it runs no completions.
class reactor {
 public:
  bool try_hold() {
    if (held_.load(relaxed) || held_.exchange(true, acquire)) return false;
    expect(!is_driven_.get(), "two workers hold the reactor");
    is_driven_.set(true);
    return true;
  }
  void release() {
    is_driven_.set(false);
    held_.store(false, std::memory_order_release);
  }

  struct outcome {
    bool in_time = true;
    unsigned completed = 0;  ///< work, as bits
  };
  outcome wait(bool timed) {
    std::uint32_t ready = 0;
    while ((ready = ready_.load(acquire)) == 0) {
      if (!futex_wait(ready_, 0, timed)) return {false, 0};
    }
    return {true, ready == stopped ? 0 : take()};
  }
  unsigned poll() {
    forget_interrupts();
    return take();
  }
  void interrupt() {
    ready_.fetch_or(stopped, acq_rel);
    futex_wake_one(ready_);
  }
  void forget_interrupts() { ready_.fetch_and(~stopped, acq_rel); }
  /// The outside world: a completion that posts `work`.
  void complete(unsigned work) {
    ready_.fetch_or(2U << work, acq_rel);
    futex_wake_one(ready_);
  }
  static std::vector<std::string> names(const std::string& of) {
    return {of + "held", of + "ready", of + "is_driven", of + "strand", of + "meant_strand"};
  }

 private:
  static constexpr std::uint32_t stopped = 1;
  unsigned take() {
    const unsigned works = ready_.fetch_and(stopped, acq_rel) / 2;
    if (works != 0) {  // what handlers leave for each other, as on a strand
      expect(strand_.get() == meant_strand_.get(), "a completion does not see what the one before it did");
      strand_.set(works);
      meant_strand_.set(works);
    }
    return works;
  }

  atomic<bool> held_{false};
  atomic<std::uint32_t> ready_{0};  ///< bit 0: stopped; the others: completions
  guarded<bool> is_driven_{false};
  plain<unsigned> strand_{0};
  guarded<unsigned> meant_strand_{0};
};

/// parker.hpp.
class parker {
 public:
  /// False when the time came first.
  bool wait(bool timed) {
    if (!fall_asleep(on_futex)) return true;
    while (state_.load(acquire) != token) {
      if (!futex_wait(state_, on_futex, timed)) break;
    }
    return wake_up();
  }
  /// `completed`: work that completions brought.
  bool wait_in(reactor& where, bool timed, unsigned& completed) {
    if (!fall_asleep(in_reactor)) return true;
    for (;;) {
      where.forget_interrupts();
      if (state_.load(acquire) == token) break;
      const reactor::outcome got = where.wait(timed);
      completed = got.completed;
      if (completed != 0 || !got.in_time) break;
    }
    return wake_up();
  }
  bool wake() {
    const std::uint32_t before = state_.exchange(token, acq_rel);
    if (before == on_futex) futex_wake_one(state_);
    return before == in_reactor;
  }

  static constexpr std::uint32_t awake = 0;
  static constexpr std::uint32_t token = 1;
  static constexpr std::uint32_t on_futex = 2;
  static constexpr std::uint32_t in_reactor = 3;

  bool has_token(const rest& at) const { return at.value(state_) == token; }
  bool is_in_reactor(const rest& at) const { return at.value(state_) == in_reactor; }
  static std::vector<std::string> names(const std::string& of) { return {of + "state"}; }

 private:
  bool fall_asleep(std::uint32_t how) {
    std::uint32_t before = awake;
    if (state_.compare_exchange_strong(before, how, acq_rel, acquire)) return true;
    state_.store(awake, relaxed);
    return false;
  }
  bool wake_up() { return state_.exchange(awake, acq_rel) == token; }

  atomic<std::uint32_t> state_{awake};
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
enum kept : std::uint8_t { stage, searching, found, until, begun, holds, collected, queued };

enum class stage_of : std::uint8_t { loop, begin, look, end, announce, watch, check, rest_timed, rest, retract };

/// Where a reactor is: from the start, or once somebody asks for it.
enum class io_of : std::uint8_t { none, later, there };

/// What a piece of work does when it runs.
enum class deed : std::uint8_t { nothing, starts_timer, never_ends, starts_timer_and_never_ends };

/// worker_scheduler, and what a worker does without work (search.cpp). Up to two workers.
class scheduler {
 public:
  struct traits {
    unsigned workers = 2;
    bool timers = false;
    io_of io = io_of::none;
    bool completions = false;
  };
  scheduler(checker& of, const traits& with);

  // worker_scheduler.cpp; post_from_outside is push_from_outside, then notify
  void post_to(unsigned index, unsigned work);
  void start_from_outside(int deadline);
  void stop_workers();
  void make_reactor();
  void complete(unsigned work) { reactor_.complete(work); }

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
  void unpark(unsigned index);
  bool io(place caller = place::here()) const;
  int next(unsigned self, frame& at);
  int look(unsigned self, frame& at);
  void poll_io(frame& at);
  void push_last(frame& at, unsigned works);
  bool doze(unsigned self, frame& at, bool timed);
  stage_of wake_up(unsigned self, frame& at, bool woken);
  void be_woken(unsigned self);
  bool begin_search(frame& at);
  void end_search(frame& at, bool found);
  stage_of sleep(unsigned self, frame& at, stage_of stage);
  bool look_once_more(unsigned self, frame& at);

  bool is_listed(unsigned self) const;

  const unsigned worker_count_;
  const bool has_timers_;
  const io_of has_io_;
  const bool has_completions_;
  std::array<worker, 2> workers_;
  injector injector_;
  reactor reactor_;
  atomic<bool> is_made_;  ///< reactor_ of the code is not null
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
