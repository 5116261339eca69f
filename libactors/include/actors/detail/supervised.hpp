// supervised: what a supervisor starts, stops and restarts: an actor, or a team of them.
#pragma once

#include <actors/detail/threads.hpp>
#include <actors/join_handle.hpp>
#include <actors/supervision.hpp>
#include <actors/sync/event.hpp>
#include <actors/task.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

/// How one is supervised.
struct supervised_as {
  lifetime life = lifetime::transient;
  std::chrono::milliseconds stop_timeout{5'000};
  bool by_name = true;  ///< it can be found
};

class actor_link;
class lane;
class supervised;
struct supervisor_inbox;

/// A parameter of the coroutine of a run: it goes when the frame does, also where that never ran, and then tells the
/// supervisor.
class run_note {
 public:
  run_note(std::shared_ptr<supervised> who, std::shared_ptr<supervisor_inbox> where) noexcept
      : one_{std::move(who)}, to_{std::move(where)} {}
  run_note(run_note&&) noexcept = default;
  run_note& operator=(run_note&&) = delete;
  ~run_note();

 private:
  std::shared_ptr<supervised> one_;
  std::shared_ptr<supervisor_inbox> to_;
};

/// Shared by its supervisor, by the body that runs, which may outlive that where it was abandoned, and by the
/// references to it.
class supervised {
 public:
  supervised(std::string name_of, supervised_as how) : name{std::move(name_of)}, as{how} {}
  virtual ~supervised() = default;
  supervised(const supervised&) = delete;
  supervised& operator=(const supervised&) = delete;

  /// Makes it ready for another run. Throws what constructors throw.
  virtual void prepare() = 0;
  /// One run; calls `begin` first. How it ended is left in `failure`.
  virtual task<> work(run_note note) = 0;
  /// A run is over, its coroutine is gone: what belonged to that run alone goes too.
  virtual void end_run() noexcept = 0;
  /// It will not run again: its peers see its end.
  virtual void close() noexcept = 0;
  /// The same from outside, beside a run that goes on.
  virtual void close_beside_run() noexcept = 0;
  /// Items that were in its hands when runs of it failed.
  virtual std::uint64_t lost() const noexcept = 0;
  /// Whether it is to end as soon as it can: what starts is cancelled at once.
  virtual bool is_to_end() const noexcept { return false; }
  /// Whether it can run once more: one that is to run for ever is started again.
  virtual bool may_run_again() const noexcept { return true; }
  /// It is to end so, if nothing feeds it. Under the lock of its supervisor.
  virtual void drain() {}

  /// Ends the run that goes on: its next wait throws `cancelled`, and when it ends by that, it has failed with `reason`
  /// (null: it has ended normally). False, and nothing happens, while no run goes on; but `or_next`: then the next one,
  /// if there is one, ends as it begins. Any thread.
  bool exit(std::exception_ptr reason, bool or_next = false);
  void add_link(std::shared_ptr<actor_link> link);
  void drop_link(const actor_link& link) noexcept;
  /// Null where there is none.
  std::shared_ptr<actor_link> link_with(const supervised& other) const;
  /// Why it failed for good; null where it ended normally. For who has seen that it has ended.
  std::exception_ptr final_failure() const noexcept;
  bool runs() const;

  const std::string name;
  const supervised_as as;
  /// Set when it has ended for good, and its state says how.
  event ended;
  std::exception_ptr failure;  ///< of the last run; null where that ended normally. Written by the run, before its end

  /// How it ended: for who has seen that it has.
  actor_report final_report() const { return {name, state_, restarts_, lost(), last_error_}; }

 protected:
  void begin() noexcept { has_begun_ = true; }

 private:
  friend class run_note;
  friend class supervisor;
  friend struct supervisor_inbox;
  friend struct actor_offsets;

  using links = std::vector<std::shared_ptr<actor_link>>;

  void begin_run(run_note note, lane& where);
  void tell_links_of_end() noexcept;
  bool is_being_started_here() const noexcept;
  void note_end_of_run() noexcept;

  mutable mutex run_lock_;  ///< for this paragraph. Taken below the supervisor's lock, and that of a link
  join_handle<> body_;
  bool runs_ = false;
  /// The thread that is starting a run, by its thread_context; on that thread a coroutine that goes meanwhile never
  /// began: there was no memory. Relaxed: only that thread finds itself there.
  std::atomic<const void*> starter_{nullptr};
  bool exit_asked_ = false;    ///< of this run
  bool has_begun_ = false;     ///< of this run: not where it was cancelled before; the body's
  bool exit_is_kept_ = false;  ///< what was asked is for the next run
  std::exception_ptr exit_reason_;
  std::shared_ptr<const links> links_;  ///< null: none

  // The list of its supervisor, under that one's lock; what is before it changes by the supervisor's task alone.
  supervised* before_ = nullptr;
  supervised* after_ = nullptr;
  std::shared_ptr<supervised> listed_;  ///< itself, while it is in the list
  std::uint64_t place_ = 0;             ///< grows along the list
  bool is_dynamic_ = false;             ///< came while the others ran: is forgotten when it has ended

  // The supervisor's own, but for what other threads read or cause: that is written under its lock.
  actor_state state_ = actor_state::made;
  unsigned restarts_ = 0;
  std::string last_error_;
  bool end_was_asked_ = false;  ///< of this run, by `is_to_end`
  unsigned in_a_row_ = 0;       ///< restarts since it last worked for a while
  std::chrono::steady_clock::time_point started_at_{};
  std::chrono::steady_clock::time_point restart_at_{};
  bool run_is_over_ = false;
  supervised* next_ended_ = nullptr;  ///< under the lock of the inbox
  bool stays_open_ = false;  ///< likewise: it is stopped only to be started again, so a normal end closes nothing
  bool is_closed_ = false;   ///< likewise while a run goes on
};

/// Suspends until it has ended for good. Keeps it.
task<actor_report> final_report_of(std::shared_ptr<supervised> one);

}  // namespace actors::inline v1::detail
