// caf/as_caf: an actor of ours, or a channel, as an actor of CAF.
#pragma once

#include <actors/actor_ref.hpp>
#include <actors/caf/ask.hpp>
#include <actors/caf/entry.hpp>
#include <actors/channel.hpp>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace actors::inline v1 {

namespace detail {

using caf_inputs = std::vector<std::shared_ptr<caf_input>>;
/// Where what stands behind an address runs. Throws usage_error where there is none.
scheduler& scheduler_for(::caf::actor_system& system);
::caf::actor stand_in_for(const std::shared_ptr<actor_cell>& cell, ::caf::actor_system& system, caf_inputs more);
::caf::actor make_sink(::caf::actor_system& system, std::shared_ptr<caf_input> to);
void link_with_caf(const ::caf::actor& one, const ::caf::strong_actor_ptr& other);

template <class A, class T>
struct exposed_member {
  in<T> A::*member;
  std::size_t capacity;
  template <class B>
  std::shared_ptr<caf_input> input_of(const actor_ref<B>& one) const {
    return make_caf_input(one.sender(member, capacity));
  }
};
template <std::size_t Number>
struct exposed_number {
  std::size_t capacity;
  template <class B>
  std::shared_ptr<caf_input> input_of(const actor_ref<B>& one) const {
    return make_caf_input(one.template port<Number>().cell.channel_for_wiring(capacity).ends.first);
  }
};

}  // namespace detail

/// For `as_caf`: an input that CAF's messages go to; of an actor that is a function, the one of that number.
template <class T, class A>
detail::exposed_member<A, T> expose(in<T> A::*member, std::size_t capacity = detail::default_capacity) {
  return {member, capacity};
}
template <std::size_t Number>
detail::exposed_number<Number> expose(std::size_t capacity = detail::default_capacity) {
  return {capacity};
}

/// An actor of ours as CAF sees it: one address for each system, the same whenever it is asked for, across restarts.
/// Addresses live as long as the `runtime::run` in which they were made, or the runtime: the end of a run of the
/// runtime ends them as it ends all tasks. For an actor that goes on in another run the next call makes a fresh one.
///
/// CAF can monitor it and link with it: when it has ended for good they are told, normally with no error; with
/// exit_reason::user_shutdown where it was asked to stop; and with what `to_caf_error` makes of its failure. Of a run
/// that failed and is followed by another one nobody is told. An exit message, such as the end of a linked actor, ends
/// the run that goes on (one that has not begun ends as it begins): normally for exit_reason::user_shutdown, else as
/// failed with `to_exception` of the reason, after which it is restarted or not as after any failure. No error:
/// nothing.
///
/// With exposed inputs, which can be named until the actor starts, it takes messages. One of type T goes to `in<T>`
/// (one of several parts where T is a std::tuple); a request is answered as soon as it is in the channel. One of type Q
/// goes to `in<request<Q, R>>`, and the answer is what the actor replies, `to_caf_error` of what it fails the request
/// with, or sec::request_receiver_down where it drops it. While a channel is full, messages for it are held in their
/// order, without limit: who is to be slowed down makes requests. Others are answered with sec::unexpected_message, and
/// logged where they are no requests.
///
/// Who keeps what: the address keeps the senders of these channels. They end when CAF holds no reference of the address
/// any more (as everywhere in CAF, those that monitor it or are linked with it are told exit_reason::unreachable then),
/// after `end_inputs`, and with the actor. Without exposed inputs, and after `end_inputs`, the address stays until the
/// actor has ended for good, whoever holds it. Nothing of this keeps the actor.
///
/// From a task of the runtime that the actor runs on, or any thread where the system has that runtime for its scheduler
/// (`load_scheduler`); throws usage_error elsewhere, and for a second input for the same items. With the system's end
/// its messages are dropped and its inputs end (with CAF's own scheduler: end the actor before). What is in the
/// channels by then stays there; messages that hold actors of the system must have been received and dropped before.
///
///     caf::actor shop = as_caf(ref, system, expose(&shop::orders), expose(&shop::prices));
template <class A, class... Exposed>
::caf::actor as_caf(const actor_ref<A>& one, ::caf::actor_system& system, const Exposed&... exposed) {
  static_cast<void>(detail::scheduler_for(system));  // before the channels are made
  return detail::stand_in_for(one.cell(), system, {exposed.input_of(one)...});
}

/// An address of `as_caf`, or of `sink_for`: its inputs end, after what is held for them. Any thread.
void end_inputs(const ::caf::actor& address);

/// An actor of CAF that puts items into a channel, as `as_caf` does: who waits for the answers to its requests is as
/// slow as who receives from the channel. It keeps the sender; it ends when it is sent an exit message, or nobody
/// receives any more and a message comes; so does the channel's input, and also when CAF holds no reference any more.
/// Where it may be called, and how long the address lives: as `as_caf`.
template <class T>
::caf::actor sink_for(::caf::actor_system& system, sender<T> to) {
  return detail::make_sink(system, detail::make_caf_input(std::move(to)));
}

/// Links an actor of ours with one of CAF, by its address (see `as_caf`, also for where it may be called): where one of
/// them fails for good, or is asked to end, the other one ends, too; also where that was before. A normal end of one
/// leaves the other one alone. Throws usage_error for an empty handle, and for the actor's own address.
template <class A, caf_handle Handle>
void link(const actor_ref<A>& one, const Handle& other) {
  const auto with = ::caf::actor_cast<::caf::strong_actor_ptr>(other);
  if (with == nullptr) throw usage_error{"link: the handle of CAF's actor is empty"};
  detail::link_with_caf(as_caf(one, *with->home_system), with);
}

}  // namespace actors::inline v1
