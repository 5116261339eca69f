#include "error_way.hpp"

#include "../runtime/thread_context.hpp"
#include "task_extras.hpp"

#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace actors::inline v1 {

namespace detail {

namespace {

// The folder that is `levels` above a file, with its slash; empty for a path that is not absolute, which could be in
// any folder.
constexpr std::string_view folder_of(std::string_view file, int levels) {
  if (!file.starts_with('/')) return {};
  for (; levels != 0; --levels) {
    const auto slash = file.substr(0, file.size() - 1).rfind('/');
    if (slash == std::string_view::npos) return {};
    file = file.substr(0, slash + 1);
  }
  return file;
}

// Both standard libraries have nothing but that in it.
const void* address_of(const std::exception_ptr& error) noexcept {
  static_assert(sizeof error == sizeof(const void*));
  const void* address = nullptr;
  std::memcpy(&address, &error, sizeof address);
  return address;
}

void add_frame(error_way& way, const source_place& place, const char* header) {
  if (!is_of_the_library(place.file, header)) way.trace.add({place.function, place.file, place.line});
}

error_way& made(std::unique_ptr<error_way>& slot) {
  if (slot == nullptr) slot = std::make_unique<error_way>();
  return *slot;
}

}  // namespace

// This file is in src/tasks.
bool is_of_the_library(std::string_view file, std::string_view header) noexcept {
  constexpr std::string_view sources = folder_of(__FILE__, 2);
  const std::string_view headers = folder_of(header, 2);
  return (!headers.empty() && file.starts_with(headers)) || (!sources.empty() && file.starts_with(sources));
}

std::unique_ptr<error_way>& error_way::here() noexcept {
  thread_local std::unique_ptr<error_way> outside_of_tasks;
  task_state* const running = current_task_state();
  return running != nullptr ? running->running_turn().way : outside_of_tasks;
}

// Where there is no memory an error goes on without its trace.
void error_way::note_failure(turn& now, task_state& failed, const source_place& body, const char* header) noexcept {
  try {
    error_way& way = made(now.way);
    const bool came_here = way.came_to == nullptr || way.came_to == failed.frame().address();
    // It came through a co_await, and was noted there.
    if (std::exchange(way.on_its_way, false) && came_here && way.error == address_of(now.failure)) return;
    way.error = address_of(now.failure);
    way.trace = {};
    add_frame(way, body, header);
  } catch (const std::bad_alloc&) {
  }
}

void error_way::note_rethrow(task_state& from, const source_place& where, const char* header) noexcept {
  try {
    error_way& way = made(here());
    const void* const error = address_of(from.failure());
    way.came_to = from.awaiting_frame();
    way.on_its_way = true;
    if (!from.is_part()) {
      task_extras* const extras = task_extras::find(from);
      way.trace = extras != nullptr ? extras->trace() : error_trace{};
    } else if (way.error != error) {
      way.trace = {};
    }
    way.error = error;
    add_frame(way, where, header);
  } catch (const std::bad_alloc&) {
  }
}

void error_way::keep(task_state& party, const std::exception_ptr& ended_with) noexcept {
  if (error != address_of(ended_with) || trace.empty()) return;
  try {
    task_extras& extras = task_extras::of_ended(party);
    trace.leave_task(extras.name());
    extras.set_trace(std::move(trace));
  } catch (const std::bad_alloc&) {
  }
}

error_trace error_way::of(const std::exception_ptr& error) noexcept {
  try {
    const error_way* const way = here().get();
    if (way != nullptr && error != nullptr && way->error == address_of(error)) return way->trace;
  } catch (const std::bad_alloc&) {
  }
  return {};
}

void error_way::go_on(const std::exception_ptr& error, error_trace trace) noexcept {
  try {
    error_way& way = made(here());
    way.error = address_of(error);
    way.came_to = nullptr;
    way.on_its_way = true;
    way.trace = std::move(trace);
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace detail

error_trace current_error_trace() { return detail::error_way::of(std::current_exception()); }

}  // namespace actors::inline v1
