#include <actors/detail/channel_core.hpp>
#include <actors/detail/debugger_entry.hpp>
#include <actors/detail/wait_kind.hpp>
#include <actors/detail/wait_source.hpp>
#include <actors/waiter.hpp>

#include "channel_roots.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

namespace {
constexpr std::uint64_t number_of(wait_kind kind) noexcept { return static_cast<std::uint64_t>(kind); }
}  // namespace

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

/// The names are those of the classes and their members. `core`: channel_core, `source`: wait_source.
struct channel_offsets {
  static constexpr std::array table = std::to_array<debugger_entry>({
      {"entries", 57},
      {"version", 1},
      {"roots", &register_roots},
      {"roots.shards", offsetof(channel_roots, shards)},
      {"roots.shard_count", offsetof(channel_roots, shard_count)},
      {"roots.shard_bytes", offsetof(channel_roots, shard_bytes)},
      {"roots.head", offsetof(channel_roots, head)},
      {"roots.marks", offsetof(channel_roots, marks)},
      {"roots.mark_count", offsetof(channel_roots, mark_count)},
      {"link.behind", offsetof(register_link, behind_link)},
      {"core.link", offsetof(channel_core, behind_link)},
      {"core.name", offsetof(channel_core, name_)},
      {"core.made_at", offsetof(channel_core, made_at_)},
      {"core.type", offsetof(channel_core, type_)},
      {"core.lock", offsetof(channel_core, lock_)},
      {"core.closed", offsetof(channel_core, closed_)},
      {"core.senders", offsetof(channel_core, senders_)},
      {"core.receivers", offsetof(channel_core, receivers_)},
      {"core.capacity", offsetof(channel_core, capacity_)},
      {"core.used", offsetof(channel_core, used_)},
      {"core.waiting_receivers", offsetof(channel_core, waiting_receivers_)},
      {"core.waiting_senders", offsetof(channel_core, waiting_senders_)},
      {"core.rare", offsetof(channel_core, rare_)},
      {"rare.waiting_reservers", offsetof(channel_core::rare_part, waiting_reservers)},
      {"source.link", offsetof(wait_source, behind_link)},
      {"source.name", offsetof(wait_source, name_)},
      {"source.made_at", offsetof(wait_source, made_at_)},
      {"source.type", offsetof(wait_source, type_)},
      {"source.lock", offsetof(wait_source, lock_)},
      {"source.closed", offsetof(wait_source, closed_)},
      {"source.senders", offsetof(wait_source, senders_)},
      {"source.receivers", offsetof(wait_source, receivers_)},
      {"source.waiting", offsetof(wait_source, waiting_)},
      {"source.deserted", offsetof(wait_source, deserted_)},
      {"list.head", offsetof(wait_list, head_)},
      {"node.next", offsetof(wait_node, next)},
      {"node.who", offsetof(wait_node, who)},
      {"node.by_word", offsetof(wait_node, by_word)},
      {"waiter.next", offsetof(waiter, next)},
      {"waiter.word", offsetof(waiter, word_)},
      {"waiter.phase_mask", waiter::phase_mask},
      {"waiter.count_shift", waiter::count_shift},
      {"waiter.lock_note", waiter::lock_note},
      {"place.file", offsetof(place_record, file)},
      {"place.function", offsetof(place_record, function)},
      {"place.line", offsetof(place_record, line)},
      {"wait_texts", &wait_texts},
      {"wait_kinds", number_of(wait_kind::count)},
      {"kind.send", number_of(wait_kind::send)},
      {"kind.receive_delivery", number_of(wait_kind::receive_delivery)},
      {"kind.receive_oneshot", number_of(wait_kind::receive_oneshot)},
      {"kind.desertion", number_of(wait_kind::desertion)},
      {"kind.select", number_of(wait_kind::select)},
      {"kind.select_set", number_of(wait_kind::select_set)},
      {"kind.lock_mutex", number_of(wait_kind::lock_mutex)},
      {"kind.lock_shared", number_of(wait_kind::lock_shared)},
      {"kind.join_queue", number_of(wait_kind::join_queue)},
  });
  static_assert(table.size() == table[0].value);
};

#pragma GCC diagnostic pop

}  // namespace actors::inline v1::detail

[[gnu::used, gnu::retain]] constinit const actors::detail::debugger_entry* const actors_debugger_channels =
    actors::detail::channel_offsets::table.data();
