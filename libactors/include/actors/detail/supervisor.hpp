// supervisor: starts what it supervises in order, restarts what fails, and stops in reverse order.
#pragma once

#include <actors/detail/supervised.hpp>
#include <actors/detail/threads.hpp>
#include <actors/supervision.hpp>
#include <actors/task.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::detail {

class lane;
class restart_window;
class task_state;

/// One task runs it (`run`) and decides everything, one thing after the other: so a failure during a restart, or a
/// request to stop during one, is dealt with when that is done. Bodies tell it of their ends through an inbox, which
/// they share with it.
///
/// `lock_` guards the list, and what other threads read (states, names) or ask for (`stop`). The task takes it for
/// single changes, and never across a wait. Other threads append to the list while it runs (`start_child`), and take
/// out of it what they had appended and has ended normally (`end_child`), but not while the task walks along it
/// (`walks_`, or it takes no children any more): that one may then walk backwards from what it has seen without the
/// lock.
class supervisor {
 public:
  explicit supervisor(const supervision& how);
  ~supervisor();
  supervisor(const supervisor&) = delete;
  supervisor& operator=(const supervisor&) = delete;

  /// Before `run`. Throws usage_error where the name is taken.
  void add(std::shared_ptr<supervised> one);
  /// Any thread: starts one more, where `run` has not begun with the others. False where all are about to end: then it
  /// has ended at once. Throws usage_error where the name is taken.
  bool start_child(std::shared_ptr<supervised> one);
  /// One that has not been forgotten; null where there is none of that name. Any thread.
  std::shared_ptr<supervised> find(std::string_view name) const;

  /// For one that is supervised itself: where not all of its own end normally, their channels stay, as it may be run
  /// again.
  void leave_open() noexcept { leaves_open_ = true; }
  /// After `run`, before another one: makes all ready that have not ended normally. Throws what constructors throw.
  void prepare();
  /// What was made ready and has not run goes.
  void drop_prepared() noexcept;
  /// Closes all that are not closed, when there will be no other run.
  void close() noexcept;
  std::uint64_t lost() const;

  /// Starts all in order, and suspends until all have ended for good. Cancelling the awaiting task stops all. Where one
  /// failed for good, `failed()` is that one, and `failure()` why.
  task<> run();

  /// Any thread: asks it to stop all.
  void stop() noexcept;
  /// Any thread: those that nothing feeds are to end, also those that come later (`supervised::drain`).
  void drain();
  /// Throws usage_error where the name of `one` is taken.
  void check_name(const supervised& one) const;

  /// Any thread.
  std::vector<actor_report> reports() const;
  bool has_failed() const {
    const std::lock_guard guard{lock_};
    return failed_ != nullptr;
  }

  // After `run`.
  const supervised* failed() const noexcept { return failed_; }
  const std::exception_ptr& failure() const noexcept { return failure_; }
  bool was_cancelled() const noexcept { return cancelled_; }
  /// At any time.
  bool was_stopped() const noexcept {
    const std::lock_guard guard{lock_};
    return stop_asked_;
  }
  /// Where it gave up restarting: how often it had done so.
  std::string reason_to_give_up() const;

 private:
  friend struct supervisor_inbox;
  struct names;
  struct walk;
  enum class left : std::uint8_t { no, yes, as_the_last };

  static bool is_alive(const supervised& one) noexcept {
    return one.state_ == actor_state::running || one.state_ == actor_state::stopping;
  }
  static bool is_over(actor_state state) noexcept {
    return state == actor_state::ended || state == actor_state::failed || state == actor_state::abandoned;
  }

  // The list. With the lock, but for the last one, which is the task's (see above).
  void append(std::shared_ptr<supervised> one);
  [[nodiscard]] std::shared_ptr<supervised> take_out(supervised& one) noexcept;
  supervised* last() const;

  void start_all();
  void note_begun();
  void start(supervised& one);
  void start_under_lock(supervised& one);
  void restart(supervised& one);
  void start_due();
  bool stop_is_asked() const;
  bool all_have_ended();
  /// Where it ends normally.
  bool is_started_again(const supervised& one) const noexcept {
    return one.as.life == lifetime::permanent && !one.is_to_end() && one.may_run_again() &&
           !is_draining_.load(std::memory_order_relaxed);
  }

  task<> something_happens(std::chrono::steady_clock::time_point until);
  void take_ended();
  task<> settle(supervised& one);
  task<> halt_those_restarted_with(supervised& one);
  task<> halt(supervised& one);
  task<> stop_all();
  task<> join_all();
  task<bool> ends_by(supervised& one, std::chrono::steady_clock::time_point time);
  void note_abandoned(supervised& one);
  void end_for_good(supervised& one);
  static void close_now(supervised& one) noexcept;
  left end_child(supervised& one) noexcept;
  void forget(supervised& one);
  void note_failure(supervised& one);
  void fail_with(const supervised& one, std::exception_ptr why);
  std::chrono::steady_clock::time_point next_restart() const noexcept;
  void put(supervised& one, actor_state state);
  std::chrono::steady_clock::time_point now() const noexcept;

  const supervision how_;
  bool leaves_open_ = false;
  std::unique_ptr<restart_window> window_;
  const std::shared_ptr<supervisor_inbox> inbox_;
  const std::unique_ptr<names> names_;
  mutable mutex lock_;
  supervised* first_ = nullptr;
  supervised* last_ = nullptr;
  std::uint64_t places_ = 0;
  std::size_t unfinished_ = 0;  ///< of the list, those that have not ended for good
  bool has_begun_ = false;
  lane* home_ = nullptr;                  ///< where it runs, and what other threads start; it has begun
  std::atomic<bool> is_draining_{false};  ///< written with the lock; relaxed: who ends before may be started once more
  bool walks_ = false;                    ///< the task walks along the list: nobody else takes out of it
  bool takes_children_ = false;           ///< it runs, and not all are about to end
  std::vector<supervised*> ended_;    ///< their runs are over, and nothing was decided yet, the first one last; its own
  std::vector<supervised*> waiting_;  ///< for their restart; the task's own
  bool gives_up_ = false;
  const supervised* failed_ = nullptr;  ///< the first one that failed for good: it stays in the list
  std::exception_ptr failure_;          ///< and why
  bool stop_asked_ = false;
  bool cancelled_ = false;  ///< the task that runs it was
};

}  // namespace actors::inline v1::detail
