// actor_ref: a spawned actor, as others see it.
#pragma once

#include <actors/actor.hpp>
#include <actors/channel.hpp>
#include <actors/detail/actor_cell.hpp>
#include <actors/supervision.hpp>
#include <actors/task.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace actors::inline v1 {

/// A port of a spawned actor, for `connect`.
template <class Cell>
struct port_ref {
  detail::actor_cell& owner;
  Cell& cell;
};

/// A spawned actor: its name, its ports, its end. A counted reference: it may outlive the actor, and its team. Any
/// thread, but for what is said of ports.
template <std::derived_from<actor> A>
class actor_ref {
 public:
  explicit actor_ref(std::shared_ptr<detail::actor_cell> cell) noexcept : cell_{std::move(cell)} {}

  /// In every report about it.
  const std::string& name() const noexcept { return cell_->name; }

  /// Waits until it has ended for good, and tells how. Any task; several may wait.
  task<actor_report> ended() const { return detail::final_report_of(cell_); }
  /// The same for a plain thread, which blocks. Throws usage_error on a worker.
  actor_report blocking_ended() const {
    cell_->ended.blocking_wait();
    return cell_->final_report();
  }
  /// The same for a select: `on_set(ref.end())`. It lives as long as a reference to this actor is kept: keep one for as
  /// long as somebody waits.
  event& end() const noexcept { return cell_->ended; }

  /// Asks it to end, with that reason: its next wait throws `cancelled`, and where the body ends by that, it has failed
  /// with `reason`, and is restarted or not as after any other failure. Without a reason it ends normally. False where
  /// it does not run. (Erlang's exit signal.)
  bool exit(std::exception_ptr reason = nullptr) const { return cell_->exit(std::move(reason)); }

  /// The port that is this member of the actor. Only until the actor starts, as what follows; by who spawned it.
  template <class Port, class Base>
  requires std::derived_from<A, Base>
  auto port(Port Base::*member) const {
    auto& cell = (static_cast<A&>(cell_->made_object()).*member).cell();
    return port_ref<std::remove_reference_t<decltype(cell)>>{*cell_, cell};
  }
  /// The port of that number, of an actor that is a function.
  template <std::size_t Number>
  auto port() const {
    auto& cell = static_cast<A&>(cell_->made_object()).template port<Number>().cell();
    return port_ref<std::remove_reference_t<decltype(cell)>>{*cell_, cell};
  }

  /// A sender to that input, for whoever is to send to it: it counts as an output that is connected.
  ///
  ///     auto to = ref.sender(&store::orders);
  template <class T, class Base>
  auto sender(in<T> Base::*member, std::size_t capacity = detail::default_capacity,
              detail::place_ref where = detail::place_ref::here()) const {
    return port(member).cell.channel_for_wiring(capacity, where).ends.first;
  }
  /// A receiver of what that output sends.
  template <class T, class Base>
  auto receiver(out<T> Base::*member, std::size_t capacity = detail::default_capacity,
                detail::place_ref where = detail::place_ref::here()) const {
    auto [to, from] = channel<T>(capacity, overflow::wait, where);
    port(member).cell.attach_sender(std::move(to));
    return std::move(from);
  }

  /// A sender to the input of that name while the actor runs, for who has found it. Any thread. Empty where nobody can
  /// send to it any more: the actor has ended, or the last sender of that input has gone, which ends it; so somebody
  /// keeps one to an actor that is to be found. Throws usage_error where the actor has not started, or has no such
  /// input of `T`.
  ///
  ///     if (const auto store = team.find("store")) co_await store->sender_to<order>("orders").send(std::move(mine));
  template <channel_value T>
  actors::sender<T> sender_to(std::string_view input) const {
    return static_cast<detail::in_cell<T>&>(cell_->find_input(input, typeid(T))).another_sender();
  }

  const std::shared_ptr<detail::actor_cell>& cell() const noexcept { return cell_; }

 private:
  std::shared_ptr<detail::actor_cell> cell_;
};

/// Links two actors: where one of them fails, or is asked to end, the other one ends too, with the failure of the first
/// one nested in its own (actor_failed); where one ends normally, nothing happens. What follows from it (a restart of
/// either) is decided by the teams they are in. Holds for the runs of both, until one of them has ended for good; one
/// that has failed for good already ends the other at once. Any thread.
void link(const std::shared_ptr<detail::actor_cell>& one, const std::shared_ptr<detail::actor_cell>& other);
template <class A, class B>
void link(const actor_ref<A>& one, const actor_ref<B>& other) {
  link(one.cell(), other.cell());
}
/// Takes all links between the two away; nothing where there are none.
void unlink(const std::shared_ptr<detail::actor_cell>& one, const std::shared_ptr<detail::actor_cell>& other);
template <class A, class B>
void unlink(const actor_ref<A>& one, const actor_ref<B>& other) {
  unlink(one.cell(), other.cell());
}

/// Connects an output to an input with a channel of that capacity. An output that is connected several times sends a
/// copy to each, if nothing else is said (`deal`, `deal_by_key`); an input that is connected several times has one
/// channel for all (the first capacity counts). Only until the actor of the input starts, and that of the output.
template <channel_value T>
void connect(port_ref<detail::out_cell<T>> from, port_ref<detail::in_cell<T>> to,
             std::size_t capacity = detail::default_capacity, detail::place_ref where = detail::place_ref::here()) {
  detail::typed_channel<T>& through = to.cell.channel_for_wiring(capacity, where);
  from.cell.attach(through);
}
/// An output, or an input, and the end of a channel that is there already.
template <channel_value T>
void connect(port_ref<detail::out_cell<T>> from, sender<T> to) {
  from.cell.attach_sender(std::move(to));
}
template <channel_value T>
void connect(receiver<T> from, port_ref<detail::in_cell<T>> to) {
  to.cell.attach_receiver(std::move(from));
}

/// What this output sends goes to its inputs in turn (round robin), in place of a copy to each; those that have ended
/// are passed over. Before it is connected.
template <channel_value T>
void deal(port_ref<detail::out_cell<T>> from) {
  from.cell.deal([next = std::size_t{0}](const T&) mutable { return next++; });
}
/// The same by key: items with the same key go to the same input, until that has ended: then to the next one that has
/// not. `hash` gives a number for an item: its key's hash.
template <channel_value T, class Hash>
void deal_by_key(port_ref<detail::out_cell<T>> from, Hash hash) {
  static_assert(std::is_convertible_v<std::invoke_result_t<Hash&, const T&>, std::size_t>,
                "deal_by_key takes a function that gives a hash, a std::size_t, for an item of this output");
  from.cell.deal([hash = std::move(hash)](const T& item) mutable { return static_cast<std::size_t>(hash(item)); });
}

}  // namespace actors::inline v1
