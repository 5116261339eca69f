#include <actors/detail/supervised.hpp>
#include <actors/errors.hpp>
#include <actors/spawn.hpp>
#include <actors/team.hpp>

#include "../runtime/thread_context.hpp"
#include "actor_link.hpp"
#include "failure_text.hpp"

#include <mutex>
#include <utility>

namespace actors::inline v1::detail {

bool supervised::runs() const {
  const std::lock_guard guard{run_lock_};
  return runs_ && !exit_asked_;
}

// Whoever ends the run at once, on another worker, waits for the lock.
void supervised::begin_run(run_note note, lane& where) {
  std::shared_ptr<const links> linked;
  {
    const std::lock_guard guard{run_lock_};
    if (std::exchange(has_run_, true)) {  // else it may have been asked before
      exit_asked_ = false;
      exit_reason_ = nullptr;
    }
    has_begun_ = false;
    struct starting {
      explicit starting(std::atomic<const void*>& of) noexcept : by{of} {
        by.store(&this_thread(), std::memory_order_relaxed);
      }
      ~starting() { by.store(nullptr, std::memory_order_relaxed); }
      std::atomic<const void*>& by;
    };
    const starting here{starter_};
    const std::string_view shown = as.by_name ? std::string_view{name} : std::string_view{};
    body_ = start_task(work(std::move(note)), where, {.name = shown}, place_ref::here());
    runs_ = true;
    if (exit_asked_) body_.cancel();
    linked = links_;
  }
  if (linked == nullptr) return;
  for (const auto& each : *linked) each->put_up();
}

bool supervised::is_being_started_here() const noexcept {
  return starter_.load(std::memory_order_relaxed) == &this_thread();
}

bool supervised::exit(std::exception_ptr reason, bool before_start) {
  const std::lock_guard guard{run_lock_};
  if (!runs_ && (has_run_ || !before_start)) return false;
  if (!std::exchange(exit_asked_, true)) exit_reason_ = std::move(reason);
  if (runs_) body_.cancel();
  return true;
}

void supervised::add_link(std::shared_ptr<actor_link> link) {
  const std::lock_guard guard{run_lock_};
  auto more = links_ == nullptr ? std::make_shared<links>() : std::make_shared<links>(*links_);
  more->push_back(std::move(link));
  links_ = std::move(more);
}

// The body's own thread. What was asked of this run counts where the run ended by it, and not by something of its own.
void supervised::note_end_of_run() noexcept {
  std::shared_ptr<const links> linked;
  bool by_exit = false;
  {
    const std::lock_guard guard{run_lock_};
    runs_ = false;
    by_exit = exit_asked_ && (!has_begun_ || (failure != nullptr && is_cancellation(failure)));
    if (by_exit) failure = exit_reason_;
    linked = links_;
  }
  if (linked == nullptr) return;
  for (const auto& each : *linked) each->run_ended(*this, failure, by_exit);
}

// `ended` is set, and not by a normal end. Who was not told when the run ended, as it did not run then, is told now.
void supervised::tell_links_of_end() noexcept {
  std::shared_ptr<const links> linked;
  {
    const std::lock_guard guard{run_lock_};
    linked = links_;
  }
  if (linked == nullptr) return;
  for (const auto& each : *linked) each->put_up();
}

namespace {

bool has_failed_for_good(const supervised* one) {
  return one != nullptr && one->ended.is_set() && one->final_report().state != actor_state::ended;
}

}  // namespace

void actor_link::put_up() noexcept {
  const std::shared_ptr<supervised> ends[2] = {ends_[0].lock(), ends_[1].lock()};
  const std::lock_guard guard{lock_};
  is_up_ = ends[0] != nullptr && ends[1] != nullptr && ends[0]->runs() && ends[1]->runs();
  if (is_up_) is_told_ = false;
  if (is_up_ || is_told_) return;
  for (const int failed : {0, 1}) {
    supervised* const other = ends[1 - failed].get();
    if (other == nullptr || !has_failed_for_good(ends[failed].get())) continue;
    const actor_report how = ends[failed]->final_report();
    is_told_ = other->exit(std::make_exception_ptr(actor_failed{how.name, how.last_error}));
    return;
  }
}

void actor_link::run_ended(const supervised& one, const std::exception_ptr& failure, bool by_exit) noexcept {
  std::shared_ptr<supervised> other = ends_[0].lock();
  if (other.get() == &one) other = ends_[1].lock();
  const std::lock_guard guard{lock_};
  if (!std::exchange(is_up_, false) || other == nullptr) return;
  if (failure == nullptr && !by_exit) return;
  is_told_ = true;
  if (failure == nullptr || is_cancellation(failure)) {
    other->exit(nullptr);
    return;
  }
  try {
    std::rethrow_exception(failure);
  } catch (...) {
    try {
      std::throw_with_nested(actor_failed{one.name, text_of(failure)});
    } catch (...) {
      other->exit(std::current_exception());
    }
  }
}

}  // namespace actors::inline v1::detail
