// actor_cell: what an actor is apart from its object: its name, its ports, how its object is made, how it ended.
#pragma once

#include <actors/actor.hpp>
#include <actors/detail/invoke.hpp>
#include <actors/detail/port_cell.hpp>
#include <actors/join_handle.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

class actor_cell {
 public:
  actor_cell(std::string actor_name, detail::unique_function<std::unique_ptr<actor>()> factory)
      : name{std::move(actor_name)}, factory_{std::move(factory)} {}
  actor_cell(const actor_cell&) = delete;
  actor_cell& operator=(const actor_cell&) = delete;

  /// Makes the object; its ports enter this cell, or find themselves there.
  void construct();
  actor& object() const noexcept { return *object_; }

  port_cell& find_or_add(std::unique_ptr<port_cell> fresh);
  port_cell* find(std::string_view port) noexcept;
  const std::vector<std::unique_ptr<port_cell>>& ports() const noexcept { return ports_; }

  /// Runs the body and keeps how it ended in `failure`. A `channel_closed` that leaves the body, and a cancellation
  /// while `draining`, are normal ends.
  task<> run();
  /// Destroys the object and closes the ports.
  void close() noexcept;

  std::string name;
  join_handle<> body;
  std::exception_ptr failure;
  std::atomic<bool> draining{false};  ///< relaxed: set before the cancellation it explains
  /// Called before the actor receives again: for replicas whose outputs are put back in order.
  detail::unique_function<void()> on_item_done;

 private:
  detail::unique_function<std::unique_ptr<actor>()> factory_;
  std::vector<std::unique_ptr<port_cell>> ports_;
  std::unique_ptr<actor> object_;
};

/// Closes a cell at the end of its scope.
class cell_closer {
 public:
  explicit cell_closer(actor_cell& cell) noexcept : cell_{&cell} {}
  cell_closer(cell_closer&& other) noexcept : cell_{std::exchange(other.cell_, nullptr)} {}
  cell_closer& operator=(cell_closer&&) = delete;
  ~cell_closer() {
    if (cell_ != nullptr) cell_->close();
  }

 private:
  actor_cell* cell_;
};

}  // namespace actors::inline v1::detail
