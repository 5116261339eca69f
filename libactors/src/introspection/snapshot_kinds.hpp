// snapshot_kinds: which tasks, and which channels, of a snapshot are alike, so that a report of thousands can be read.
#pragma once

#include "snapshot_words.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace actors::inline v1::detail {

/// Tasks that do the same at the same place: the same activity and kind of wait, the same asynchronous stack and place
/// of spawn, things of the same kind that they wait at. Their names differ in numbers alone; where that would be too
/// many kinds, in anything.
struct task_kind {
  tasks_seen tasks{};  ///< those with names in the order of these
  bool in_ring = false;
};

/// Channels made at one place, with names that differ in numbers alone, with the same capacity; all full, all empty or
/// all between; at all of them somebody waits, or at none.
struct channel_kind {
  objects_seen channels{};
};

/// So many tasks, and channels, are told one by one. The tasks of rings, too, where these are no more in all.
inline constexpr std::size_t few = 16;
/// So many kinds are told. Where there are more, some are left out: neither the rarest nor the most frequent.
inline constexpr std::size_t most_kinds = 60;

/// The tasks of rings first; then the rarest. Each task is in one kind. Throws std::bad_alloc, as all in here.
std::vector<task_kind> task_kinds(const runtime_snapshot& in);

/// The rarest first. A channel at which a task waits that is the only one of its kind is one of its own, too.
std::vector<channel_kind> channel_kinds(const runtime_snapshot& in, const std::vector<task_kind>& tasks);

/// What things have in common that tasks of one kind wait at. `by_name`: their names differ in numbers alone.
std::string class_of(const object_snapshot& object, bool by_name);

}  // namespace actors::inline v1::detail
