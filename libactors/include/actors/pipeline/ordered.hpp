// ordered: keeps the order of items over several replicas of an actor: messages are dealt in turn and collected in
// turn.
#pragma once

#include <actors/actor.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace actors::inline v1::pipeline {

/// Deals message i to replica i mod n, and waits for that one when its channel is full.
template <class T>
class dealer final : public actor {
 public:
  explicit dealer(std::size_t replicas) {
    for (std::size_t i = 1; i <= replicas; ++i) to_.push_back(std::make_unique<out<T>>(*this, std::to_string(i)));
  }

  task<> run() override {
    for (std::size_t turn = 0;; turn = (turn + 1) % to_.size()) {
      std::optional<T> message = co_await from_.receive();
      if (!message) co_return;
      co_await to_[turn]->send(std::move(*message));
    }
  }

 private:
  in<T> from_{*this, "in"};
  std::vector<std::unique_ptr<out<T>>> to_;
};

/// Passes on what replica i made of its message, up to an empty message, which says that there is no more; then goes to
/// the next replica. Replicas send that mark when they ask for their next message (see mark_when_done). Marks weigh
/// nothing, so they wait for no room; a replica cannot run ahead of the others by more than the dealer lets it.
template <class T>
class collector final : public actor {
 public:
  explicit collector(std::size_t replicas) {
    for (std::size_t i = 1; i <= replicas; ++i) from_.push_back(std::make_unique<in<T>>(*this, std::to_string(i)));
  }

  task<> run() override {
    std::size_t open = from_.size();
    for (std::size_t turn = 0; open != 0; turn = (turn + 1) % from_.size()) {
      if (from_[turn] == nullptr) continue;
      for (;;) {
        std::optional<T> message = co_await from_[turn]->receive();
        if (!message) {
          from_[turn].reset();
          --open;
          break;
        }
        if (item_weight<T>::of(*message) == 0) break;
        co_await to_.send(std::move(*message));
      }
    }
  }

 private:
  std::vector<std::unique_ptr<in<T>>> from_;
  out<T> to_{*this, "out"};
};

}  // namespace actors::inline v1::pipeline
