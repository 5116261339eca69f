// simulated_threads: what the core blocks with in a build for simulation: threads and locks that the simulation
// schedules.
#pragma once

#include <actors/detail/interleaved_atomic.hpp>

#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

struct virtual_thread;

/// Throws usage_error, which names `what`, outside of a simulation.
void need_simulation(const char* what);

/// For tests: in this simulation `after` more threads start, then `count` do not: their constructors throw
/// std::system_error after a millisecond, as where the system has no more and takes its time to say so. Throws
/// usage_error outside of a simulation.
void refuse_threads(unsigned after, unsigned count);

/// As std::thread: a thread of the simulation in whose `simulate` it is made. Throws usage_error elsewhere. Where the
/// function throws, the simulation fails.
class simulated_thread {
 public:
  simulated_thread() noexcept = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, simulated_thread>) explicit simulated_thread(F&& function)
      : state_{start(std::make_unique<owned<std::decay_t<F>>>(std::forward<F>(function)))} {}
  simulated_thread(simulated_thread&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  simulated_thread& operator=(simulated_thread&& other) noexcept;
  /// Ends the program when the thread is joinable.
  ~simulated_thread();

  bool joinable() const noexcept { return state_ != nullptr; }
  /// Blocks until the thread has ended. Precondition: joinable.
  void join(code_place where = code_place::here()) noexcept;

  struct call {
    virtual ~call() = default;
    virtual void operator()() = 0;
  };

 private:
  template <class F>
  struct owned final : call {
    explicit owned(F given) : function{std::move(given)} {}
    void operator()() override { function(); }
    F function;
  };
  static virtual_thread* start(std::unique_ptr<call> entry);

  virtual_thread* state_ = nullptr;
};

/// As std::jthread, but for stop tokens: the destructor and an assignment join.
class simulated_joining_thread : public simulated_thread {
 public:
  using simulated_thread::simulated_thread;
  simulated_joining_thread(simulated_joining_thread&&) noexcept = default;
  simulated_joining_thread& operator=(simulated_joining_thread&& other) noexcept {
    if (joinable()) join();
    simulated_thread::operator=(std::move(other));
    return *this;
  }
  ~simulated_joining_thread() {
    if (joinable()) join();
  }
};

/// As std::mutex. Whoever of those who wait runs first after an unlock has it: there is no order among them.
class simulated_mutex {
 public:
  simulated_mutex() noexcept = default;
  simulated_mutex(const simulated_mutex&) = delete;
  simulated_mutex& operator=(const simulated_mutex&) = delete;

  void lock(code_place where = code_place::here()) noexcept;
  bool try_lock(code_place where = code_place::here()) noexcept;
  void unlock(code_place where = code_place::here()) noexcept;

 private:
  friend class simulated_condition_variable;
  void take(code_place where) noexcept;
  void give_back() noexcept;

  unsigned holder_ = 0;  ///< 1 + the number of the thread that has it; 0: nobody
  const std::uint32_t number_ = number_object();
};

/// As std::condition_variable. Time is that of the simulation. Never wakes without cause, as that would hide a wake-up
/// that was forgotten.
class simulated_condition_variable {
 public:
  simulated_condition_variable() noexcept = default;
  simulated_condition_variable(const simulated_condition_variable&) = delete;
  simulated_condition_variable& operator=(const simulated_condition_variable&) = delete;

  void notify_one(code_place where = code_place::here()) noexcept;
  void notify_all(code_place where = code_place::here()) noexcept;

  void wait(std::unique_lock<simulated_mutex>& guard, code_place where = code_place::here()) noexcept {
    wait_until(guard, INT64_MAX, where);
  }
  template <class Predicate>
  requires std::predicate<Predicate&>
  void wait(std::unique_lock<simulated_mutex>& guard, Predicate met, code_place where = code_place::here()) {
    while (!met()) wait(guard, where);
  }

  template <class Duration>
  std::cv_status wait_until(std::unique_lock<simulated_mutex>& guard,
                            std::chrono::time_point<std::chrono::steady_clock, Duration> deadline,
                            code_place where = code_place::here()) noexcept {
    const auto rounded = std::chrono::ceil<std::chrono::nanoseconds>(deadline.time_since_epoch());
    return wait_until(guard, rounded.count(), where) ? std::cv_status::no_timeout : std::cv_status::timeout;
  }
  template <class Rep, class Period>
  std::cv_status wait_for(std::unique_lock<simulated_mutex>& guard, std::chrono::duration<Rep, Period> limit,
                          code_place where = code_place::here()) noexcept {
    return wait_until(guard, now() + std::chrono::ceil<std::chrono::nanoseconds>(limit), where);
  }
  /// False when the time is over and `met()` still says no.
  template <class Rep, class Period, class Predicate>
  bool wait_for(std::unique_lock<simulated_mutex>& guard, std::chrono::duration<Rep, Period> limit, Predicate met,
                code_place where = code_place::here()) {
    const auto deadline = now() + std::chrono::ceil<std::chrono::nanoseconds>(limit);
    while (!met()) {
      if (wait_until(guard, deadline, where) == std::cv_status::timeout) return met();
    }
    return true;
  }

 private:
  static std::chrono::steady_clock::time_point now() noexcept;
  /// False when the deadline (INT64_MAX: none) came first.
  bool wait_until(std::unique_lock<simulated_mutex>& guard, std::int64_t deadline, code_place where) noexcept;

  const std::uint32_t number_ = number_object();
};

}  // namespace actors::inline v1::detail
