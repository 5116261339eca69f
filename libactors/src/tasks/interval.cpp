#include <actors/interval.hpp>

#include <array>
#include <cstdio>
#include <string>

namespace actors::inline v1 {

namespace detail {

namespace {

/// For `begin` <= `end`: the time between them, or the longest there is where that would overflow.
std::chrono::nanoseconds saturating_between(steady_time begin, steady_time end) noexcept {
  constexpr auto longest = std::chrono::nanoseconds::max();
  return end >= steady_time{} && begin < end - longest ? longest : end - begin;
}

}  // namespace

std::chrono::nanoseconds tick_period(std::chrono::duration<long double> asked, std::chrono::nanoseconds rounded) {
  if (asked.count() > 0) return rounded;
  std::array<char, 64> found{};
  std::snprintf(found.data(), found.size(), "%Lg s", asked.count());
  throw usage_error{"interval: expected a period longer than zero, found " + std::string{found.data()} +
                    "; a task that is to go on without a pause, but let others run, awaits actors::yield()"};
}

steady_time first_tick(std::chrono::nanoseconds period) {
  return saturating_add(need_scheduler("interval without the time of its first tick").now(), period);
}

// Whether the task was late is seen here: one that waited in time and was resumed a little later is not.
bool tick_operation::suspend(task_state& party, std::coroutine_handle<> point) {
  where_ = &scheduler_of(party);
  late_ = ticks_.due() < where_->now();
  return sleep_operation::suspend(party, point);
}

steady_time tick_operation::await_resume() {
  sleep_operation::await_resume();
  return ticks_.take(late_, *where_);
}

}  // namespace detail

interval::time_point interval::take(bool late, const detail::scheduler& where) noexcept {
  const time_point given = due_;
  time_point base = given;  // the next tick is a period after it
  if (policy_ != missed::burst) {
    const time_point now = where.now();
    const auto behind = detail::saturating_between(given, now);
    if (policy_ == missed::skip)
      base += behind / period_ * period_;
    else if (late || behind >= period_)
      base = now;
  }
  due_ = detail::saturating_add(base, period_);
  return given;
}

}  // namespace actors::inline v1
