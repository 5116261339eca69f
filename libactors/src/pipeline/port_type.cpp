#include <actors/errors.hpp>
#include <actors/pipeline/counts.hpp>
#include <actors/pipeline/port_type.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/text.hpp>

#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace actors::inline v1::pipeline {

namespace {

struct known_types {
  std::mutex lock;
  std::map<std::type_index, port_type> types;  // nodes stay where they are
};

known_types& known() {
  static known_types all;
  return all;
}

void add(known_types& to, port_type type) {
  const std::lock_guard guard{to.lock};
  const std::type_index key = type.type;
  const auto [place, added] = to.types.try_emplace(key, std::move(type));
  if (!added && place->second.name != type.name)
    throw std::invalid_argument{"a port type is known as '" + place->second.name + "' already, not as '" + type.name +
                                "'"};
}

}  // namespace

void add_port_type(port_type type) { add(known(), std::move(type)); }

const port_type& find_port_type(std::type_index type) {
  static const bool built_in = [] {
    add_port_type<text>("text");
    add_port_type<records>("records");
    add_port_type<counts>("counts");
    return true;
  }();
  static_cast<void>(built_in);
  known_types& all = known();
  const std::lock_guard guard{all.lock};
  const auto place = all.types.find(type);
  if (place == all.types.end())
    throw usage_error{std::string{"ports of the C++ type '"} + type.name() +
                      "' are not known to pipelines: call pipeline::add_port_type<T>(\"name\") first"};
  return place->second;
}

}  // namespace actors::inline v1::pipeline
