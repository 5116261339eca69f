#include <actors/blocking_select.hpp>
#include <actors/errors.hpp>

#include "../runtime/platform.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

namespace actors::inline v1 {

namespace detail {

thread_select::thread_select(const char* call)
    : begin_{(refuse_on_worker(call), std::chrono::nanoseconds{clock_now()})} {}

// Of two that are due at the same time the first listed wins.
void thread_select::add(time_case& timer, std::uint32_t number) noexcept {
  const steady_time due = timer.begin_on_thread(begin_);
  if (timer_ != select_core::nobody && due >= earliest_) return;
  earliest_ = due;
  timer_ = number;
}

bool thread_select::run(select_core& core, bool otherwise) {
  if (!core.try_apart(self_)) {
    if (core.wait(self_, otherwise)) {
      if (earliest_ == steady_time::max())
        self_.block();
      else
        self_.block_until(earliest_);
    }
    core.finish();
  }
  return core.winner() != select_core::nobody;
}

namespace {

/// While it lives the timers of a set are the thread's.
class timers_on_thread {
 public:
  timers_on_thread(const std::vector<select_case*>& cases, thread_select& here) : cases_{cases} {
    for (std::size_t i = 0; i != cases.size(); ++i) {
      time_case* timer = cases[i]->enabled ? dynamic_cast<time_case*>(cases[i]) : nullptr;
      if (timer != nullptr) here.add(*timer, static_cast<std::uint32_t>(i));
    }
  }
  ~timers_on_thread() {
    for (select_case* each : cases_) {
      if (auto* timer = dynamic_cast<time_case*>(each)) timer->end_on_thread();
    }
  }
  timers_on_thread(const timers_on_thread&) = delete;
  timers_on_thread& operator=(const timers_on_thread&) = delete;

 private:
  const std::vector<select_case*>& cases_;
};

}  // namespace

// On a thread nobody cancels the wait, so there is a winner in the end.
select_key select_access::block_for_next(select_set& cases) {
  thread_select here{"blocking_next()"};
  for (const auto& each : cases.kept_) {
    if (each->suspends)
      throw usage_error{
          "blocking_next: a plain thread cannot await, and this select_set has a handler that gives a task: "
          "await next() in a task, or let all handlers be plain functions"};
  }
  select_next wanted = cases.next();
  wanted.begin(here.who());
  try {
    const timers_on_thread timers{cases.cases_, here};
    if (!here.run(*wanted.core_, false)) wanted.core_->set_winner(here.timer());
  } catch (...) {
    wanted.failure_ = std::current_exception();
  }
  wanted.settle();
  return wanted.await_resume();
}

}  // namespace detail

select_key blocking_next(select_set& cases) { return detail::select_access::block_for_next(cases); }

}  // namespace actors::inline v1
