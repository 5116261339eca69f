// handler: an actor that does one thing with each item, and loses none where it fails.
#pragma once

#include <actors/actor.hpp>
#include <actors/port.hpp>
#include <actors/task.hpp>

namespace actors::inline v1 {

/// An actor with one input, "items". An item that `handle` fails at is given again to the object that takes its place
/// (at least once: what `handle` did before it failed has been done; so copy from the item, and leave it whole until
/// nothing can fail any more). A request that was answered is done with.
///
///     struct store final : actors::handler<order> {
///       task<> handle(order& each) override;
///     };
///     connect(desk.port(&desk::orders), shelf.port(&store::items));
template <channel_value T>
class handler : public actor {
 public:
  in<T> items{*this, "items"};

  /// Called for one item after the other.
  virtual task<> handle(T& item) = 0;

  task<> run() final {
    while (auto item = co_await items.receive_acked()) {
      deliveries_ = item.deliveries();
      co_await handle(*item);
      item.ack();
    }
  }

 protected:
  handler() = default;
  /// How often the item at hand was given, with this time: who gives an item up after some can count here.
  unsigned deliveries() const noexcept { return deliveries_; }

 private:
  unsigned deliveries_ = 0;
};

}  // namespace actors::inline v1
