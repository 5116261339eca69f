#include <actors/detail/actor_cell.hpp>
#include <actors/detail/debugger_entry.hpp>

#include <array>
#include <cstddef>

namespace actors::inline v1::detail {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
struct actor_offsets {
  static constexpr std::array table = std::to_array<debugger_entry>({
      {"entries", 5},
      {"version", 1},
      {"actor_cell.name", offsetof(actor_cell, name)},
      {"actor_cell.body", offsetof(actor_cell, body_)},
      {"actor_cell.after", offsetof(actor_cell, after_)},
  });
  static_assert(table.size() == table[0].value);
};
#pragma GCC diagnostic pop

}  // namespace actors::inline v1::detail

[[gnu::used, gnu::retain]] constinit const actors::detail::debugger_entry* const actors_debugger_actors =
    actors::detail::actor_offsets::table.data();
