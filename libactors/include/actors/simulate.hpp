// simulate: runs a program under virtual time and a schedule that can be repeated; explore: under many schedules.
// Only in programs that link actors::simulation in place of actors::runtime.
#pragma once

#include <actors/errors.hpp>
#include <actors/join_handle.hpp>
#include <actors/runtime_options.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

/// What happened in one simulation. Equal for two that took the same schedule.
struct simulation_summary {
  std::uint64_t points = 0;          ///< scheduling points: atomic operations, locks, waits
  std::uint64_t switches = 0;        ///< how often another thread went on
  std::uint64_t fingerprint = 0;     ///< of all switches
  std::chrono::nanoseconds time{0};  ///< virtual time that passed
  std::string schedule;              ///< the last switches, one a line
  std::string replay;                ///< for simulation_options::replay

  friend bool operator==(const simulation_summary&, const simulation_summary&) = default;
};

struct simulation_options {
  /// Chooses the schedule. The same program with the same seed and options takes the same one.
  std::uint64_t seed = 1;
  /// Not empty: repeats the schedule that a failure or a summary names, in place of `seed`.
  std::string_view replay = {};
  /// As in runtime_options.
  unsigned workers = 2;
  std::size_t blocking_threads = 4;
  std::chrono::milliseconds blocking_keep_alive{10'000};
  /// A program that has not ended after so many scheduling points fails: it runs in circles.
  std::uint64_t max_points = 5'000'000;
  /// How many of the last switches are kept for reports.
  std::size_t history = 40;
  /// The stack of each simulated thread. Running over its end is a segmentation fault.
  std::size_t stack_bytes = 256 * 1024;
  /// Not null: filled in when the simulation has ended, with an error or without.
  simulation_summary* summary = nullptr;
};

/// Thrown by `simulate`. `what()` says what went wrong, how to repeat it, and shows the last switches of the schedule.
/// Where the program threw, its exception is nested: `rethrow_nested()` throws it.
class simulation_failure : public error, public std::nested_exception {
 public:
  enum class reason {
    error,     ///< the program threw
    deadlock,  ///< everything waits, no timer runs, and the program has not ended
    endless,   ///< more than `max_points` scheduling points
    astray,    ///< the program did not do what it did when the schedule was recorded
    check,     ///< in `explore`: exploration_options::failed said so
  };

  simulation_failure(reason why, const std::string& text, std::string replay)
      : error{text}, why_{why}, replay_{std::move(replay)} {}

  reason why() const noexcept { return why_; }
  /// For simulation_options::replay.
  const std::string& replay() const noexcept { return replay_; }

 private:
  reason why_;
  std::string replay_;
};

/// How `explore` chooses schedules.
enum class strategy {
  /// At random; schedule i has the seed `seed + i`. How often threads switch is drawn for each schedule.
  random,
  /// Probabilistic concurrency testing: random priorities, and `depth - 1` points at which the running thread falls
  /// behind all others. Finds an error that needs `depth` events in a certain order with a probability that is known:
  /// at least 1 / (threads * points^(depth - 1)) for each schedule (Burckhardt et al., ASPLOS 2010).
  pct,
  /// All schedules, depth first; first those that switch late. For programs with few scheduling points.
  exhaustive,
};

struct exploration_options {
  /// How many schedules at most.
  std::uint64_t schedules = 1'000;
  actors::strategy strategy = actors::strategy::random;
  /// random and pct: of the first schedule.
  std::uint64_t seed = 1;
  /// pct: how many events must come in a certain order for the error to show; most errors need 1 to 3.
  unsigned depth = 3;
  /// exhaustive: only schedules in which a thread that could go on is interrupted at most so often (Musuvathi, Qadeer:
  /// "Iterative Context Bounding", PLDI 2007: most errors need 2 or less).
  unsigned preemptions = std::numeric_limits<unsigned>::max();
  /// For each schedule; its `seed` and `replay` are not used.
  simulation_options each = {};
  /// Asked after each schedule whether a check of the caller failed in it, for checks that do not throw (GoogleTest:
  /// `&::testing::Test::HasFailure`).
  bool (*failed)() = nullptr;
};

/// What `explore` found.
struct exploration_report {
  std::uint64_t schedules = 0;  ///< that were run, with the one that failed
  std::uint64_t points = 0;     ///< scheduling points of all
  bool exhausted = false;       ///< exhaustive: there is no other schedule (within `preemptions`)
  std::optional<simulation_failure> failure;

  /// True where no schedule failed.
  explicit operator bool() const noexcept { return !failure.has_value(); }
  /// How many schedules were run, and the failure with what repeats it.
  std::string text() const;
};

/// The virtual time: inside of a simulation the clock that sleeps, timers and time limits go by. It stands still while
/// anything can run. Elsewhere the time of its beginning.
std::chrono::steady_clock::time_point simulated_time() noexcept;

namespace detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

/// A callable that lives elsewhere.
struct simulated_body {
  void (*call)(void* what, const simulation_options& options);
  void* what;
};

void run_simulation(const simulation_options& options, simulated_body body);
exploration_report run_exploration(const exploration_options& options, simulated_body body);
/// Runs `root` on a runtime of its own until it and all that it spawned have ended; throws its error.
void run_simulated_root(const simulation_options& options, task_state& root);

template <class Body>
simulated_body body_of(Body& body) {
  static_assert(ACTORS_SIMULATION != 0 || sizeof(Body) == 0, "simulate() and explore() need the target actors::simulation");
  return {[](void* what, const simulation_options& options) { (*static_cast<Body*>(what))(options); },
          static_cast<void*>(std::addressof(body))};
}

template <class T>
void run_simulated_main(const simulation_options& options, task<T> main, join_handle<T>& root) {
  task_block<T>* block = task_access::take(main);
  if (block == nullptr) throw_empty_task();
  root = join_handle<T>{block};
  run_simulated_root(options, *block);
}

}  // namespace detail

/// Runs a program in a simulation: on one thread of the system, under virtual time, with a schedule that is chosen by
/// the options alone. `main` is called once, in the simulation. What it returns is
///   - a task: it runs as in `run`, on a runtime with simulated workers: all of the library's own code runs as always,
///     and before each of its atomic operations the simulation chooses which of the threads goes on;
///   - anything else: the result. Such a main makes runtimes, or threads (detail::thread), by itself.
/// Gives main's result. Throws simulation_failure where the program throws, deadlocks or does not end; then what it
/// left behind was cancelled and awaited, where that was possible, or is left where it stands, its memory included.
/// Throws usage_error inside of a simulation.
///
/// Not simulated: threads of the system, CAF, sockets and files (what `blocking` calls runs at once, in real time), and
/// what memory orders weaker than sequential consistency allow. A program takes the same schedule each time if nothing
/// else makes it different: clocks of the system, addresses, random_device.
template <class F>
auto simulate(const simulation_options& options, F&& main) {
  using result = std::invoke_result_t<F&>;
  if constexpr (detail::is_task<result>) {
    join_handle<typename result::value_type> root;
    auto body = [&](const simulation_options& given) { detail::run_simulated_main(given, std::invoke(main), root); };
    detail::run_simulation(options, detail::body_of(body));
    return root.get();
  } else if constexpr (std::is_void_v<result>) {
    auto body = [&](const simulation_options&) { std::invoke(main); };
    detail::run_simulation(options, detail::body_of(body));
  } else {
    std::optional<result> value;
    auto body = [&](const simulation_options&) { value.emplace(std::invoke(main)); };
    detail::run_simulation(options, detail::body_of(body));
    return std::move(*value);
  }
}

/// Runs `simulate` with one schedule after the other until one fails or all have been run. `main` is called for each;
/// it must make everything anew. Results are dropped. Throws usage_error for options that cannot be, and inside of a
/// simulation; what goes wrong in a schedule is in the report.
template <class F>
exploration_report explore(const exploration_options& options, F&& main) {
  using result = std::invoke_result_t<F&>;
  auto body = [&](const simulation_options& given) {
    if constexpr (detail::is_task<result>) {
      join_handle<typename result::value_type> root;
      detail::run_simulated_main(given, std::invoke(main), root);
    } else {
      static_cast<void>(given);
      std::invoke(main);
    }
  };
  return detail::run_exploration(options, detail::body_of(body));
}

}  // namespace actors::inline v1
