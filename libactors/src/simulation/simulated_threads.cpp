#include <actors/detail/simulated_threads.hpp>

#include "engine.hpp"
#include "error_text.hpp"

#include <cstdio>
#include <exception>
#include <new>

namespace actors::inline v1::detail {

namespace {

engine& need_engine(const char* what) {
  if (engine* here = engine::running()) return *here;
  throw usage_error{std::string{what} +
                    " needs a simulation: a program that links actors::simulation makes runtimes and threads only "
                    "inside simulate() or explore()"};
}

}  // namespace

void refuse_threads(unsigned after, unsigned count) { need_engine("refuse_threads").refuse_threads(after, count); }

void need_simulation(const char* what) { static_cast<void>(need_engine(what)); }

namespace {

// What cannot throw ends the program: a thread of the system, which no schedule knows, meets the threads of a
// simulation.
engine& demand_engine(const char* what) noexcept {
  if (engine* here = engine::running()) return *here;
  std::fprintf(stderr,
               "actors: %s outside of a simulation: in a program that links actors::simulation, threads of the system "
               "cannot take part; start threads inside simulate(), or call blocking()\n",
               what);
  std::abort();
}

void point(const coming_step& step) noexcept {
  if (engine* here = engine::running()) here->point(step);
}

}  // namespace

void interleave(const char* what, std::uint32_t object, code_place where) noexcept { point({what, object, where}); }

std::uint32_t number_object() noexcept {
  engine* here = engine::running();
  return here != nullptr ? here->number_object() : 0;
}

bool fails_without_cause() noexcept {
  engine* here = engine::running();
  return here != nullptr && here->fails_without_cause();
}

std::uint32_t random_choice(std::uint32_t count) noexcept {
  engine* here = engine::running();
  return here == nullptr || count == 1 ? 0 : static_cast<std::uint32_t>(here->choose_any(count));
}

void wait_at(const void* address, const char* what, std::uint32_t object, code_place where) noexcept {
  demand_engine("a wait for an atomic variable").wait(address, INT64_MAX, {what, object, where});
}

void wake_at(const void* address, bool all) noexcept {
  if (engine* here = engine::running()) here->wake(address, all);
}

one_step::one_step() noexcept {
  if (engine* here = engine::running()) ++here->current().in_one_step;
}

one_step::~one_step() {
  if (engine* here = engine::running()) --here->current().in_one_step;
}

virtual_thread* simulated_thread::start(std::unique_ptr<call> entry) {
  const auto body = [](void* argument) noexcept {
    const std::unique_ptr<call> owned{static_cast<call*>(argument)};
    try {
      (*owned)();
    } catch (...) {
      engine& here = *engine::running();
      here.give_up(simulation_failure::reason::error,
                   "thread " + here.current().name + " ended with an exception: " + text_of(std::current_exception()),
                   std::current_exception());
    }
  };
  virtual_thread& started = need_engine("a thread").start(body, entry.get());
  static_cast<void>(entry.release());
  return &started;
}

simulated_thread& simulated_thread::operator=(simulated_thread&& other) noexcept {
  if (joinable()) std::terminate();
  state_ = std::exchange(other.state_, nullptr);
  return *this;
}

simulated_thread::~simulated_thread() {
  if (joinable()) std::terminate();
}

void simulated_thread::join(code_place where) noexcept {
  engine& here = demand_engine("a join");
  while (state_->now != virtual_thread::state::ended)
    here.wait(state_, INT64_MAX, {"join", state_->number, where, "thread"});
  state_ = nullptr;
}

void simulated_mutex::take(code_place where) noexcept {
  engine& here = demand_engine("a lock");
  while (holder_ != 0) here.wait(this, INT64_MAX, {"lock", number_, where, "mutex", holder_});
  holder_ = here.current().number + 1;
}

void simulated_mutex::give_back() noexcept {
  holder_ = 0;
  demand_engine("an unlock").wake(this, true);
}

void simulated_mutex::lock(code_place where) noexcept {
  point({"lock", number_, where, "mutex"});
  take(where);
}

bool simulated_mutex::try_lock(code_place where) noexcept {
  point({"try_lock", number_, where, "mutex"});
  if (holder_ != 0) return false;
  take(where);
  return true;
}

void simulated_mutex::unlock(code_place where) noexcept {
  point({"unlock", number_, where, "mutex"});
  give_back();
}

void simulated_condition_variable::notify_one(code_place where) noexcept {
  point({"notify_one", number_, where, "condition"});
  wake_at(this, false);
}

void simulated_condition_variable::notify_all(code_place where) noexcept {
  point({"notify_all", number_, where, "condition"});
  wake_at(this, true);
}

std::chrono::steady_clock::time_point simulated_condition_variable::now() noexcept {
  return std::chrono::steady_clock::time_point{std::chrono::nanoseconds{demand_engine("a wait").clock()}};
}

// Nobody else runs between the unlock and the wait.
bool simulated_condition_variable::wait_until(std::unique_lock<simulated_mutex>& guard, std::int64_t deadline,
                                              code_place where) noexcept {
  engine& here = demand_engine("a wait");
  point({"wait", number_, where, "for condition"});
  simulated_mutex& lock = *guard.mutex();
  lock.give_back();
  const bool in_time = here.wait(this, deadline, {"wait", number_, where, "for condition"});
  lock.take(where);
  return in_time;
}

}  // namespace actors::inline v1::detail
