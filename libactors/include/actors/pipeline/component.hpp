// component: what a pipeline file can name as `type:`; its ports, its options, and how an actor of it is made.
#pragma once

#include <actors/pipeline/expression.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <variant>
#include <vector>

namespace actors::inline v1 {
class actor;
}

namespace actors::inline v1::pipeline {

enum class component_kind { source, transform, sink };

/// One port of a component, as `actors check` needs to know it.
struct port_info {
  std::string name;
  std::type_index type;
  std::string type_name;  ///< the word users read: "text", "records", "counts"
  std::string doc;
};

enum class option_kind { boolean, integer, real, text, text_list, duration, choice, expression };

/// The word users read for a kind of option, with its article: "an integer", "a duration (such as 200ms, 10s, 5m)".
std::string_view to_string(option_kind k) noexcept;

/// An option's value after conversion; the alternative follows from its option_kind (text and choice: std::string).
using option_value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>,
                                  std::chrono::nanoseconds, expression>;
using option_values = std::map<std::string, option_value, std::less<>>;

/// One key below `with:`.
struct option_info {
  std::string name;
  option_kind kind = option_kind::text;
  std::optional<option_value> fallback;   ///< used when the file says nothing
  bool required = false;                  ///< an error when the file says nothing
  std::vector<std::string> choices = {};  ///< the allowed words of a `choice`
  std::string doc;
  /// Looks at a converted value before anything is started: a message when it cannot be used ("'x' matches no file").
  std::function<std::optional<std::string>(const option_value&)> check = {};
};

/// What the order of items over several replicas can be.
enum class replication {
  none,       ///< only one instance makes sense (sources, sinks, top_k)
  any_order,  ///< each instance works on its share; there is no order to keep (count_by)
  keep_order  ///< every item is handled by itself, so the order can also be kept (filter, words)
};

struct component_info {
  std::string name;
  component_kind kind = component_kind::transform;
  std::string doc;
  std::vector<port_info> inputs;   ///< the first one is what `from: x` feeds
  std::vector<port_info> outputs;  ///< the first one is what `from: x` reads; the others are `x.name`
  std::vector<option_info> options;
  replication replicas = replication::none;
  /// Makes the actor. Called on the thread that starts the pipeline, inside a spawn.
  std::function<std::unique_ptr<actor>(const option_values&)> make;

  const port_info* input(std::string_view port) const noexcept;
  const port_info* output(std::string_view port) const noexcept;
  const option_info* option(std::string_view option) const noexcept;
};

/// The components a program knows. Filled before files are loaded; reading it is safe from any thread.
class registry {
 public:
  /// Adds a component. Throws std::invalid_argument when the name is taken.
  void add(component_info info);
  /// Says that an output of type `from` may feed an input of type `to` through the component `through`.
  void add_adapter(std::type_index from, std::type_index to, std::string through);

  const component_info* find(std::string_view name) const noexcept;
  const component_info* adapter(std::type_index from, std::type_index to) const noexcept;
  /// All components in the order of their names; adapters that only the loader inserts are left out.
  std::vector<const component_info*> all() const;

 private:
  std::map<std::string, component_info, std::less<>> components_;
  std::map<std::pair<std::type_index, std::type_index>, std::string> adapters_;
};

}  // namespace actors::inline v1::pipeline
