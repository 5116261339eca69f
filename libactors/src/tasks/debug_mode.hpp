// debug_mode: what is noted of tasks in debug mode.
#pragma once

#include <actors/detail/debug_mode.hpp>
#include <actors/detail/task_state.hpp>

#include <memory>
#include <string>

namespace actors::inline v1::detail {

/// Turns it on, for the whole process and for good, where the program asks for it or ACTORS_DEBUG does. Throws
/// usage_error where that is neither 0 nor 1.
void begin_debug_mode(bool asked);
/// Whether ACTORS_DEBUG=1.
bool debug_asked_by_environment() noexcept;

/// Where tasks are observed, of one that is about to be started: where its coroutine is.
void note_started(task_state& task) noexcept;
/// A task was dropped that was neither awaited nor spawned.
void report_never_started(place_ref coroutine, const std::string& name) noexcept;
/// "task 'loader' (load, config.cpp:21; spawned at main.cpp:12)". A turn of it begins
/// now. Null where there is no memory for it.
std::shared_ptr<const std::string> description_of(task_state& task, std::int64_t now) noexcept;

}  // namespace actors::inline v1::detail
