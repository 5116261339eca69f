// The thread that reports calls of a pool that run for longer than was allowed.
#include <actors/log.hpp>

#include "call_pool.hpp"
#include "log_text.hpp"
#include "platform.hpp"
#include "thread_placement.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <span>

namespace actors::inline v1 {

namespace {

void log_long_call(const long_call& call) noexcept {
  const bool has_place = *call.file != '\0';
  detail::log_line text;
  text.add("a call on the pool of threads '%.*s' has been running for %.3f s", static_cast<int>(call.pool.size()),
           call.pool.data(), std::chrono::duration<double>{call.running}.count());
  if (has_place) text.add("; it was submitted at %s:%u", call.file, call.line);
  const std::array<log_field, 4> fields{
      log_field{"pool", call.pool, log_field::in_text}, log_field{"running", call.running, log_field::in_text},
      log_field{"file", call.file, log_field::in_text}, log_field{"line", call.line, log_field::in_text}};
  log({log_level::warning, "long_call", text.view(), std::span{fields}.first(has_place ? 4 : 2)});
}

// Relaxed would do for the function itself; what it uses was made before it was set (release, acquire).
constinit std::atomic<long_call_handler> long_calls_to{&log_long_call};

}  // namespace

long_call_handler on_long_call(long_call_handler handler) noexcept {
  return long_calls_to.exchange(handler != nullptr ? handler : &log_long_call, std::memory_order_acq_rel);
}

namespace detail {

// Gives the time when the next look is due.
std::int64_t call_pool::report_long_calls() noexcept {
  for (;;) {
    const std::int64_t now = clock_now();
    std::int64_t soonest = INT64_MAX;
    std::optional<running_call> late;
    {
      const std::lock_guard guard{lock_};
      for (const pool_thread& each : threads_) {
        for (running_call* call = each.calling; call != nullptr && !late; call = call->below) {
          if (call->reported) continue;
          if (now - call->since < warn_after_) {
            soonest = std::min(soonest, call->since + warn_after_);
          } else {
            call->reported = true;
            late = *call;
          }
        }
      }
    }
    if (!late) return soonest;
    long_calls_to.load(std::memory_order_acquire)(
        {name_, std::chrono::nanoseconds{now - late->since}, late->place.file, late->place.line});
  }
}

void call_pool::watch_calls() noexcept {
  name_this_thread((name_.substr(0, 9) + "-watch").c_str());
  for (;;) {
    const std::int64_t due = report_long_calls();
    {
      const std::lock_guard guard{lock_};
      if (watch_ends_) return;
      // A call that began after the look has set nothing aside for this thread: it is seen here.
      const bool new_call = std::any_of(threads_.begin(), threads_.end(), [](const pool_thread& each) {
        return each.calling != nullptr && !each.calling->reported;
      });
      if (due == INT64_MAX && new_call) continue;
      watch_sleeps_ = due == INT64_MAX;
    }
    static_cast<void>(watch_parker_.wait(due));
  }
}

}  // namespace detail

}  // namespace actors::inline v1
