// port_type: what pipelines know of a type that ports carry: its name, and how its order is kept over replicas.
#pragma once

#include <actors/actor.hpp>
#include <actors/pipeline/ordered.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <typeindex>

namespace actors::inline v1::pipeline {

struct port_type {
  std::string name;  ///< the word users read: "records"
  std::type_index type;
  /// Actors that hand items to `replicas` in turn (input "in", outputs "1", "2", ...), and that take what comes of them
  /// in the same turn (inputs "1", "2", ..., output "out").
  std::function<std::unique_ptr<actor>(std::size_t replicas)> make_dealer;
  std::function<std::unique_ptr<actor>(std::size_t replicas)> make_collector;
};

/// Makes a type known for ports of pipeline components. Once per type, before components that use it are declared;
/// again with the same name it does nothing, with another it throws std::invalid_argument.
void add_port_type(port_type type);

/// The type as it was made known; throws usage_error for one that was not.
const port_type& find_port_type(std::type_index type);

/// The type must carry several items and be divisible (item_weight<T>::take_front): an empty value of it marks the end
/// of what a replica made of one message.
template <actors::detail::divisible T>
requires std::default_initializable<T>
void add_port_type(std::string name) {
  add_port_type(port_type{
      std::move(name), typeid(T),
      [](std::size_t replicas) -> std::unique_ptr<actor> { return std::make_unique<dealer<T>>(replicas); },
      [](std::size_t replicas) -> std::unique_ptr<actor> { return std::make_unique<collector<T>>(replicas); }});
}

}  // namespace actors::inline v1::pipeline
