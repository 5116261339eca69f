// engine: runs the threads of a simulation, one at a time, in one thread of the system, under virtual time.
#pragma once

#include <actors/simulate.hpp>

#include "chooser.hpp"
#include "fiber.hpp"
#include "history.hpp"
#include "task_register.hpp"
#include "virtual_thread.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace actors::inline v1::detail {

/// Why a simulation failed, and the schedule at that moment.
struct engine_failure {
  simulation_failure::reason why;
  std::string text;
  std::string schedule;
  std::exception_ptr error;  ///< what the program threw, if it did
};

/// One simulation. Threads go on one at a time; at a scheduling point the chooser says which.
///
/// Who can go on: every thread that is ready. One that gave way does so again when another thread has done something
/// since, or when no other can; and one that passed `fair_points` points without a wait lets others go first. So loops
/// that wait for another thread end, whatever the strategy.
///
/// When the simulation fails nothing of the program runs any more, not even to end it: whatever had gone wrong would go
/// on to. Its threads stay where they stand, with all that they have.
///
/// Time: `clock` stands still while a thread can go on. When all wait it jumps to the next deadline, and all waits that
/// are due end. `cycles` also counts the time that steps take (the chooser draws it), so that what a program measures
/// within a thread moves on; where all threads that can go on only give way it moves by `spin_time` at once, and when
/// that has happened `patience` times without an effect they count as waiting.
class engine {
 public:
  /// `clock` when a simulation begins, in nanoseconds.
  static constexpr std::int64_t beginning = 1'000'000'000;

  engine(const simulation_options& options, chooser& strategy);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// The one whose threads the calling thread runs; null outside of simulations.
  static engine* running() noexcept;

  /// Runs `body` as the first thread, and all that it starts, until it has ended. Afterwards `failure` may be set.
  void run(void (*body)(void*) noexcept, void* argument);

  // ---- for the threads of the simulation ----
  virtual_thread& current() noexcept { return *current_; }
  void point(const coming_step& step) noexcept;
  void give_way() noexcept;
  /// Waits until `wake` for this address; false when `deadline` (of `clock`, INT64_MAX: none) came first.
  bool wait(const void* address, std::int64_t deadline, const coming_step& step) noexcept;
  void wake(const void* address, bool all) noexcept;
  /// Throws std::system_error where `refuse_threads` says so.
  virtual_thread& start(void (*body)(void*) noexcept, void* argument);
  void refuse_threads(unsigned after, unsigned count) noexcept {
    starts_before_refusals_ = after;
    refusals_ = count;
  }
  bool fails_without_cause() noexcept { return strategy_.fails_without_cause(); }
  /// One of `count`, at least 2, between which the program has no preference.
  std::size_t choose_any(std::size_t count) noexcept { return strategy_.choose_any(count); }

  std::int64_t clock() const noexcept { return clock_; }
  std::uint64_t cycles() const noexcept { return spent_ + static_cast<std::uint64_t>(clock_); }
  std::uint32_t number_object() noexcept { return current_->in_one_step != 0 ? 0 : ++objects_; }

  task_register& tasks() noexcept { return tasks_; }
  void task_started(task_state& task);
  void task_ended(const task_state& task);
  void task_comes_to(const waiter& who, const coming_step& step);
  /// The running thread does this; no scheduling point.
  void note_event(const coming_step& step, std::string name = {});

  /// The program is wrong: the simulation ends at the running thread's next point.
  void give_up(simulation_failure::reason why, std::string text, std::exception_ptr error = {}) noexcept;

  /// Keeps the schedule up to here, the end of the main task, for a failure that is only noticed later.
  void note_end() { at_end_ = history_; }

  // ---- afterwards ----
  const std::optional<engine_failure>& failure() const noexcept { return failure_; }
  simulation_summary summary() const;
  /// The last switches before `note_end`.
  std::string schedule() const;

 private:
  /// Notes the failure, if it is the first.
  void fail(simulation_failure::reason why, std::string text, std::exception_ptr error = {});
  static constexpr std::uint64_t fair_points = 1000;
  static constexpr std::uint64_t spin_time = 10'000;
  static constexpr unsigned patience = 64;
  static constexpr std::int64_t refusal_time = 1'000'000;

  static void enter(void* argument) noexcept;
  virtual_thread& add_thread(void (*body)(void*) noexcept, void* argument);
  void go_on() noexcept;
  void note_switch(virtual_thread& to) noexcept;
  virtual_thread* next_thread() noexcept;
  void collect() noexcept;
  bool only_spinners() noexcept;
  bool pass_time() noexcept;
  void count_point() noexcept;
  [[noreturn]] void end_thread() noexcept;
  std::string describe_waits() const;
  std::vector<std::string> names() const;

  const std::size_t stack_bytes_;
  chooser& strategy_;
  fiber home_;
  std::vector<std::unique_ptr<virtual_thread>> threads_;  ///< all, by number
  std::vector<virtual_thread*> live_;                     ///< that have not ended, by number
  virtual_thread* current_ = nullptr;

  // Found by `collect`.
  std::vector<virtual_thread*> candidates_;
  std::vector<virtual_thread*> spinners_;
  virtual_thread* still_ = nullptr;  ///< one that gave way, and nothing has happened since

  std::uint64_t points_ = 0;
  unsigned starts_before_refusals_ = 0;
  unsigned refusals_ = 0;
  const std::uint64_t limit_;
  std::int64_t clock_ = beginning;
  std::uint64_t spent_ = 0;
  unsigned stalls_ = 0;
  std::uint32_t objects_ = 0;

  bool over_ = false;
  task_register tasks_;
  history history_;
  std::optional<history> at_end_;
  std::optional<engine_failure> failure_;
};

}  // namespace actors::inline v1::detail
