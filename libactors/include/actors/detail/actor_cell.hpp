// actor_cell: what an actor is apart from its object: its name, its ports, how its object is made, how it ended.
#pragma once

#include <actors/actor.hpp>
#include <actors/detail/invoke.hpp>
#include <actors/detail/port_cell.hpp>
#include <actors/detail/supervised.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

class actor_cell final : public supervised {
 public:
  actor_cell(std::string actor_name, supervised_as how, detail::unique_function<std::unique_ptr<actor>()> factory)
      : supervised{std::move(actor_name), how}, factory_{std::move(factory)} {}

  /// Makes the object; its ports enter this cell, or find themselves there.
  void prepare() override;
  /// For wiring. Throws usage_error once it has started.
  actor& made_object() const;
  void check_is(const std::type_info& wanted) const;
  /// Throws usage_error where an input is connected to nothing.
  void check_wiring() const;
  /// Nothing will be connected any more.
  void finish_wiring() noexcept;
  bool is_wired() const noexcept { return is_wired_.load(std::memory_order_acquire); }
  /// True once: for who is to start it, of several threads.
  bool claim_start() noexcept { return !is_start_claimed_.exchange(true, std::memory_order_acq_rel); }
  void give_start_back() noexcept { is_start_claimed_.store(false, std::memory_order_release); }

  port_cell& find_or_add(std::unique_ptr<port_cell> fresh);
  port_cell* find(std::string_view port) noexcept;
  /// An input of values of that type, of an actor that has started. Throws usage_error where it is not so.
  port_cell& find_input(std::string_view input, std::type_index type);
  const std::vector<std::unique_ptr<port_cell>>& ports() const noexcept { return ports_; }

  /// Runs the body and keeps how it ended in `failure`. A `channel_closed` that leaves the body, and a cancellation
  /// while `draining`, are normal ends.
  task<> work(run_note note) override;
  /// Destroys the object. The ports stay.
  void end_run() noexcept override;
  void close() noexcept override;
  void close_beside_run() noexcept override;
  std::uint64_t lost() const noexcept override;
  bool is_to_end() const noexcept override { return draining.load(std::memory_order_relaxed); }
  void drain() override;

  const void* made_by = nullptr;  ///< its team

  std::atomic<bool> draining{false};  ///< relaxed: set before the cancellation it explains
  /// Called before the actor receives again: for replicas whose outputs are put back in order.
  detail::unique_function<void()> on_item_done;

 private:
  detail::unique_function<std::unique_ptr<actor>()> factory_;
  std::vector<std::unique_ptr<port_cell>> ports_;
  std::unique_ptr<actor> object_;
  const std::type_info* type_ = nullptr;  ///< of the object; the same at each restart
  std::atomic<bool> is_wired_{false};     ///< release, acquire: by who finds the actor, of its ports
  std::atomic<bool> is_start_claimed_{false};
};

}  // namespace actors::inline v1::detail
