// task_watch: waits for the ends of several tasks at once.
#pragma once

#include <actors/detail/scheduler.hpp>
#include <actors/detail/task_state.hpp>
#include <actors/detail/wait_lock.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace actors::inline v1::detail {

/// Which end of a task lets a wait for several end before the others have ended: none, one with an error or a
/// cancellation, one with an error.
enum class early_end : std::uint8_t { none, failure, error };

/// What one party, a task or a plain thread, knows of tasks that it watches: which have ended, in that order. It lives
/// in that party's frame, or is kept by it; only that party calls its functions. The tasks go on when it is gone.
///
/// Invariant, under `lock_`: where `who_` is set, that party waits here (or was claimed by a cancellation), and what it
/// waits for has not come.
class task_watch {
 public:
  /// For at most `most` tasks. `what`: the wait, for reports.
  task_watch(std::size_t most, wait_kind what);
  /// Leaves the tasks that have not ended. The others count as done afterwards.
  ~task_watch();
  task_watch(const task_watch&) = delete;
  task_watch& operator=(const task_watch&) = delete;

  /// Begins to watch a task, whose place is the number of those before it. The caller keeps it alive. One that has
  /// ended counts at once. Throws usage_error for the calling task.
  void watch(task_state& task);

  std::size_t size() const noexcept { return size_; }
  task_state& at(std::size_t place) const noexcept { return *members_[place].state; }

  /// How many have ended; those up to the last that the party has waited for count as done.
  std::size_t ended() const noexcept;
  /// The place of the task that was the `rank`-th to end, from 0. Precondition: rank < ended(). Waits until it counts
  /// as done.
  std::size_t ended_at(std::size_t rank) const noexcept;
  /// The place of the task that was the first to end with an error or a cancellation; size() where there is none.
  std::size_t first_failed() const noexcept;

  /// Asks all to stop that have not ended.
  void cancel_rest() noexcept;

  /// Awaitable: suspends until `count` tasks have ended, or one has in the way of `early`. True then; false where the
  /// time of `limit` was over before. Throws `cancelled`, not where what it waits for has come.
  class wait;
  wait until(std::size_t count, early_end early = early_end::none) noexcept;
  /// From now on waits are over at that time. At most once.
  void limit(scheduler& clock, steady_time deadline);

  /// As join_wait's.
  static bool note_awaiter(const completion& entry, awaiter_note& into) noexcept;

  /// For reports.
  wait_kind what() const noexcept { return what_; }
  void note(const waiter& who, await_place where) const noexcept;
  /// Enters the wait of `who`; false where it is over. The awaiter's and the plain thread's part.
  bool suspend(waiter& who, std::size_t count, early_end early) noexcept;
  /// After it: true where what it waited for has come.
  bool resume() noexcept;
  bool over() const noexcept { return is_over_; }

 private:
  friend struct task_offsets;
  struct member : completion {
    task_state* state = nullptr;
    task_watch* owner = nullptr;
    std::size_t rank = 0;  ///< of the members by their ends: the place of the one that ended then
    bool ended = false;
  };
  class alarm : public callback_timer {
   public:
    explicit alarm(task_watch& owner) noexcept : watch{owner} {}
    task_watch& watch;
    scheduler* clock = nullptr;
  };

  static bool on_done(completion& self, task_state& task) noexcept;
  static void on_time(callback_timer& self) noexcept;
  waiter* note_end(member& one) noexcept;
  bool has_come() const noexcept;
  waiter* claim() noexcept;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  mutable wait_lock lock_;
  std::size_t size_ = 0;
  std::size_t ended_ = 0;
  std::size_t want_ = 0;
  std::size_t first_failed_ = none;
  waiter* who_ = nullptr;
  bool some_error_ = false;
  early_end early_ = early_end::none;
  bool time_is_over_ = false;
  bool is_over_ = false;  ///< time_is_over_, as the party saw it
  const wait_kind what_;
  const task_state* const party_;  ///< null: a plain thread
  const std::unique_ptr<member[]> members_;
  alarm alarm_{*this};
};

class task_watch::wait {
 public:
  wait(task_watch& owner, std::size_t count, early_end early) noexcept : watch_{owner}, count_{count}, early_{early} {}

  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    party_ = &point.promise().party();
    watch_.note(*party_, where);
    note_suspension(point, watch_.what(), where);
    party_->suspend_at(point);
    return watch_.suspend(*party_, count_, early_);
  }
  bool await_resume();

 private:
  task_watch& watch_;
  const std::size_t count_;
  const early_end early_;
  task_state* party_ = nullptr;
};

inline task_watch::wait task_watch::until(std::size_t count, early_end early) noexcept { return {*this, count, early}; }

}  // namespace actors::inline v1::detail
