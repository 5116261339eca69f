#include <actors/pipeline/declare.hpp>

namespace actors::inline v1::pipeline::declaring {

std::shared_ptr<actors::detail::actor_cell> make_prototype(std::function<std::unique_ptr<actor>()> make) {
  auto cell = std::make_shared<actors::detail::actor_cell>(
      "prototype", actors::detail::supervised_as{}, std::move(make));
  cell->prepare();
  return cell;
}

void describe_ports(component_info& info, const actors::detail::actor_cell& prototype) {
  for (const auto& port : prototype.ports()) {
    auto& side = port->direction() == actors::detail::port_direction::in ? info.inputs : info.outputs;
    side.push_back({port->name(), port->type(), find_port_type(port->type()).name, ""});
  }
}

}  // namespace actors::inline v1::pipeline::declaring
