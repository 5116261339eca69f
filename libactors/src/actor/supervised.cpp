#include <actors/detail/supervised.hpp>
#include <actors/errors.hpp>
#include <actors/spawn.hpp>
#include <actors/team.hpp>

#include "../runtime/thread_context.hpp"
#include "actor_link.hpp"
#include "failure_text.hpp"

#include <mutex>
#include <new>
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
    if (!std::exchange(exit_is_kept_, false)) {  // else this run was asked before it began
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
  for (const auto& each : *linked) each->put_up(this);
}

bool supervised::is_being_started_here() const noexcept {
  return starter_.load(std::memory_order_relaxed) == &this_thread();
}

bool supervised::exit(std::exception_ptr reason, bool or_next) {
  const std::lock_guard guard{run_lock_};
  if (runs_) {
    if (!std::exchange(exit_asked_, true)) exit_reason_ = std::move(reason);
    body_.cancel();
    return true;
  }
  if (!or_next || ended.is_set()) return false;
  if (std::exchange(exit_is_kept_, true)) return true;
  exit_asked_ = true;
  exit_reason_ = std::move(reason);
  return true;
}

void supervised::add_link(std::shared_ptr<actor_link> link) {
  const std::lock_guard guard{run_lock_};
  auto more = links_ == nullptr ? std::make_shared<links>() : std::make_shared<links>(*links_);
  more->push_back(std::move(link));
  links_ = std::move(more);
}

// Where there is no memory it stays, and does nothing.
void supervised::drop_link(const actor_link& link) noexcept {
  std::shared_ptr<const links> before;  // goes without the lock
  const std::lock_guard guard{run_lock_};
  if (links_ == nullptr) return;
  try {
    auto less = std::make_shared<links>();
    for (const auto& each : *links_)
      if (each.get() != &link) less->push_back(each);
    before = std::exchange(links_, less->empty() ? nullptr : std::move(less));
  } catch (const std::bad_alloc&) {
  }
}

std::shared_ptr<actor_link> supervised::link_with(const supervised& other) const {
  const std::lock_guard guard{run_lock_};
  if (links_ == nullptr) return nullptr;
  for (const auto& each : *links_)
    if (each->is_between(*this, other)) return each;
  return nullptr;
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

std::exception_ptr supervised::final_failure() const noexcept {
  if (state_ == actor_state::failed) return failure;
  if (state_ != actor_state::abandoned) return nullptr;
  try {
    return std::make_exception_ptr(error{"it did not stop, not even by force"});
  } catch (...) {
    return std::current_exception();
  }
}

// `ended` is set.
void supervised::tell_links_of_end() noexcept {
  std::shared_ptr<const links> linked;
  {
    const std::lock_guard guard{run_lock_};
    linked.swap(links_);
  }
  if (linked == nullptr) return;
  const std::exception_ptr why = final_failure();
  for (const auto& each : *linked) each->ended(*this, why);
}

namespace {

/// What the other one fails with. Null: it is to end normally, as this one was asked to.
std::exception_ptr reason_for_other(const supervised& one, const std::exception_ptr& failure) noexcept {
  if (failure == nullptr || is_cancellation(failure)) return nullptr;
  try {
    std::rethrow_exception(failure);
  } catch (...) {
    try {
      std::throw_with_nested(actor_failed{one.name, text_of(failure)});
    } catch (...) {
      return std::current_exception();
    }
  }
}

}  // namespace

void actor_link::put_up(const supervised* begins) noexcept {
  const std::shared_ptr<supervised> ends[2] = {ends_[0].at.lock(), ends_[1].at.lock()};
  const std::lock_guard guard{lock_};
  is_up_ = ends[0] != nullptr && ends[1] != nullptr && ends[0]->runs() && ends[1]->runs();
  if (begins != nullptr) end_of(*begins).is_told_of = false;
  for (end& each : ends_) {
    if (is_up_) each.is_told_of = false;
    if (each.has_failed) tell(each);
  }
}

// With the lock.
void actor_link::tell(end& failed) noexcept {
  if (failed.is_told_of) return;
  const std::shared_ptr<supervised> other = other_than(failed).at.lock();
  if (other == nullptr || !other->exit(failed.failure)) return;
  failed.is_told_of = true;
  if (failed.has_failed) other->drop_link(*this);
}

void actor_link::run_ended(const supervised& one, const std::exception_ptr& failure, bool by_exit) noexcept {
  const std::lock_guard guard{lock_};
  if (!std::exchange(is_up_, false)) return;
  if (failure == nullptr && !by_exit) return;
  end& here = end_of(one);
  const std::shared_ptr<supervised> other = other_than(here).at.lock();
  if (other == nullptr) return;
  here.is_told_of = true;
  other->exit(reason_for_other(one, failure));
}

void actor_link::ended(const supervised& one, const std::exception_ptr& failure) noexcept {
  const std::lock_guard guard{lock_};
  is_up_ = false;
  end& here = end_of(one);
  if (failure != nullptr && !here.is_told_of) {
    here.failure = reason_for_other(one, failure);
    here.has_failed = true;
    return tell(here);
  }
  if (const std::shared_ptr<supervised> other = other_than(here).at.lock()) other->drop_link(*this);
}

void actor_link::leave(const supervised& one) noexcept {
  const std::lock_guard guard{lock_};
  is_up_ = false;
  for (end& each : ends_) {
    each.has_failed = false;
    if (each.who == &one) continue;
    if (const std::shared_ptr<supervised> other = each.at.lock()) other->drop_link(*this);
  }
}

}  // namespace actors::inline v1::detail
