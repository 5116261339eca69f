#include <actors/detail/this_party.hpp>
#include <actors/spawn.hpp>
#include <actors/team.hpp>

#include "../runtime/trace_events.hpp"

#include <algorithm>
#include <exception>

namespace actors::inline v1 {

team::~team() = default;

detail::actor_cell& team::add(std::string name, detail::unique_function<std::unique_ptr<actor>()> factory) {
  if (started_) throw usage_error{"team::spawn after run: wire the team first, then run it"};
  if (name.empty()) name = "actor-" + std::to_string(cells_.size() + 1);
  auto cell = std::make_unique<detail::actor_cell>(std::move(name), std::move(factory));
  cell->construct();
  return *cells_.emplace_back(std::move(cell));
}

void team::check_wiring() const {
  for (const auto& cell : cells_) {
    for (const auto& port : cell->ports()) {
      if (port->direction() == detail::port_direction::in && !port->attached())
        throw usage_error{"nothing feeds the input '" + port->name() + "' of actor '" + cell->name +
                          "': connect an output to it before the team runs"};
    }
  }
}

// The parameter closes the cell when the coroutine's frame goes: also where it was cancelled before it ran.
task<> team::run_member(detail::actor_cell& cell, detail::cell_closer) {
  {
    const detail::traced_stay traced{cell.name, detail::traced_stay::kind::actor};
    co_await cell.run();
  }
  if (!cell.failure) co_return;
  bool first = false;
  {
    const std::lock_guard guard{lock_};
    first = first_failed_ == nullptr && !stopping_;
    if (first) first_failed_ = &cell;
  }
  if (first) stop();
}

namespace {

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

task<> team::run() {
  check_wiring();
  const detail::traced_stay traced{"team", detail::traced_stay::kind::team};
  const detail::task_state& self = co_await detail::this_party{};
  const std::uint32_t requests = self.cancel_requests();
  bool drain_now = false;
  bool stop_now = self.cancel_pending();
  {
    const std::lock_guard guard{lock_};
    if (started_) throw usage_error{"team::run was called before: a team runs once"};
    started_ = true;
    for (const auto& cell : cells_) {
      for (const auto& port : cell->ports()) port->finish_wiring();
    }
    for (const auto& cell : cells_)
      cell->body = actors::spawn(run_member(*cell, detail::cell_closer{*cell}), {.name = cell->name});
    drain_now = draining_;
    stop_now = stop_now || stopping_;
  }
  if (drain_now) drain();
  if (stop_now) stop();
  for (const auto& cell : cells_) {
    // Every body is waited for, whatever happens: the others use the team until they have ended.
    try {
      co_await cell->body;
    } catch (const cancelled&) {
      // The body was cancelled: by `drain`, by `stop`, or because this task was, which it hands on to whom it awaits.
    }
    if (self.cancel_requests() > requests) stop();
  }
  const std::lock_guard guard{lock_};
  // Of this task's cancellation the actor that was just waited for hears first: that is no failure of its own.
  const bool asked = self.cancel_requests() > requests;
  if (first_failed_ != nullptr && !(asked && is_cancellation(first_failed_->failure))) throw_first_failure();
  if (stopping_) throw cancelled{};
}

void team::drain() {
  const std::lock_guard guard{lock_};
  draining_ = true;
  if (!started_) return;
  for (const auto& cell : cells_) {
    const auto& ports = cell->ports();
    const bool is_source = std::none_of(
        ports.begin(), ports.end(), [](const auto& port) { return port->direction() == detail::port_direction::in; });
    if (!is_source || !cell->body) continue;
    cell->draining.store(true, std::memory_order_relaxed);
    cell->body.cancel();
  }
}

void team::stop() {
  const std::lock_guard guard{lock_};
  stopping_ = true;
  for (const auto& cell : cells_) {
    if (cell->body) cell->body.cancel();
  }
}

std::vector<std::string> team::running() const {
  const std::lock_guard guard{lock_};
  std::vector<std::string> names;
  for (const auto& cell : cells_) {
    if (cell->body && !cell->body.done()) names.push_back(cell->name);
  }
  return names;
}

void team::throw_first_failure() const {
  const std::string& name = first_failed_->name;
  try {
    std::rethrow_exception(first_failed_->failure);
  } catch (const std::exception& fault) {
    std::throw_with_nested(actor_failed{name, fault.what()});
  } catch (const cancelled&) {
    std::throw_with_nested(actor_failed{name, "it was cancelled"});
  } catch (...) {
    std::throw_with_nested(actor_failed{name, "an exception that is not a std::exception"});
  }
}

}  // namespace actors::inline v1
