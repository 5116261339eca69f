#include "debug_mode.hpp"

#include <actors/detail/channel_entry.hpp>
#include <actors/detail/channel_observer.hpp>
#include <actors/errors.hpp>
#include <actors/log.hpp>

#include "../runtime/place_text.hpp"
#include "../runtime/thread_context.hpp"
#include "error_way.hpp"
#include "lost_captures.hpp"
#include "task_extras.hpp"
#include "traced_turn.hpp"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>
#include <span>
#include <string_view>

namespace actors::inline v1::detail {

namespace {

enum class wish { no, yes, unclear };

wish of_environment() noexcept {
  const char* text = std::getenv("ACTORS_DEBUG");
  const std::string_view value = text == nullptr ? "" : text;
  if (value.empty() || value == "0") return wish::no;
  return value == "1" ? wish::yes : wish::unclear;
}

// What is dropped since an error, or a cancellation, is on its way would have been used without that.
bool something_failed() noexcept {
  if (std::uncaught_exceptions() != 0 || this_thread().drops_failed) return true;
  const task_state* const running = this_thread().running;
  return running != nullptr && running->cancel_pending();
}

void report_unread(const channel_entry& channel, std::size_t values, std::size_t senders) noexcept {
  if (something_failed()) return;
  try {
    const std::string name{channel.name()};
    const std::string made_at = path_and_line(channel.made_at());
    std::string text = "a channel is gone from which nobody ever received: ";
    if (!name.empty()) text += '\'' + name + '\'' + (made_at.empty() ? "" : ", ");
    if (!made_at.empty()) text += "made at " + made_at;
    if (values != 0) text += "; " + std::to_string(values) + (values == 1 ? " value is" : " values are") + " lost";
    if (senders != 0) text += "; " + std::to_string(senders) + (senders == 1 ? " sender waited" : " senders waited");
    const std::array<log_field, 4> fields{
        log_field{"channel", name, log_field::in_text}, log_field{"made_at", made_at, log_field::in_text},
        log_field{"values", values, log_field::in_text}, log_field{"senders", senders, log_field::in_text}};
    log({log_level::warning, "channel_never_read", text, fields,
         "    receive from it, or give its receiver to who does\n"});
  } catch (const std::bad_alloc&) {
  }
}

void turn_on() noexcept {
  observers.fetch_or(observed_by_debug_mode, std::memory_order_relaxed);
  unread_channels_told_to.store(&report_unread, std::memory_order_relaxed);
}

// Tasks and channels can be made, and dropped, before there is a runtime.
[[maybe_unused]] const bool is_set_up = [] {
  if (of_environment() == wish::yes) turn_on();
  return true;
}();

}  // namespace

bool debug_asked_by_environment() noexcept { return of_environment() == wish::yes; }

void begin_debug_mode(bool asked) {
  if (of_environment() == wish::unclear)
    throw usage_error{"ACTORS_DEBUG=" + std::string{std::getenv("ACTORS_DEBUG")} + ": expected 0 or 1"};
  if (asked || debug_asked_by_environment()) turn_on();
}

// What cannot be noted for lack of memory is missing in reports.
void note_started(task_state& task) noexcept {
  if (tracing()) trace_start(task);
  if (!debug_mode()) return;
  if (const lost_captures found{task}) found.report();
  try {
    task_extras::of(task).set_body(task.place());
  } catch (const std::bad_alloc&) {
  }
}

void report_never_started(place_ref coroutine, const std::string& name) noexcept {
  // A task of this library holds the one that it was given, which is named.
  if (something_failed() || !coroutine || is_of_the_library(coroutine.record()->file, a_header_of_the_library)) return;
  try {
    std::string text = "a task was dropped that was neither awaited nor spawned, so it never ran: ";
    if (!name.empty()) text += '\'' + name + "', ";
    const std::string function = function_name(coroutine);
    text += function + " (" + path_and_line(coroutine) + ')';
    const std::array<log_field, 4> fields{log_field{"function", function, log_field::in_text},
                                          log_field{"file", coroutine.record()->file, log_field::in_text},
                                          log_field{"line", coroutine.record()->line, log_field::in_text},
                                          log_field{"task", name, log_field::in_text}};
    log({log_level::warning, "task_never_ran", text, std::span{fields}.first(name.empty() ? 3 : 4),
         "    co_await it, or spawn it\n"});
  } catch (const std::bad_alloc&) {
  }
}

std::shared_ptr<const std::string> description_of(task_state& task, std::int64_t now) noexcept {
  try {
    task_extras& extras = task_extras::of(task);
    extras.note_turn(now);
    return extras.description(task);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace actors::inline v1::detail
