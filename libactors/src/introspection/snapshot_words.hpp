// snapshot_words: how tasks and the things that they wait at are called in texts.
#pragma once

#include <actors/snapshot.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace actors::inline v1::detail {

std::string quoted(std::string_view name);
/// "1 sender", "2 senders".
std::string counted(std::int64_t count, std::string_view one, std::string_view many);
/// "main.cpp:12".
std::string path_of(const snapshot_place& place);
/// "channel 'jobs'", "channel 0x55d0 made at main.cpp:12", "mutex 0x7ffe".
std::string name_of(const object_snapshot& object);

using objects_seen = std::vector<const object_snapshot*>;
using tasks_seen = std::vector<const task_snapshot*>;

/// " (3 of 4 values, 1 sender, 2 receivers)", of several " (0 to 3 of 4 values, 1 sender, 2 to 5 receivers)"; empty
/// where there is nothing to say. All of them have one capacity, or none, and are closed, or none is.
std::string figures_of(const objects_seen& objects);
std::string figures_of(const object_snapshot& object);

/// "'jobs 1' to 'jobs 99'"; the ids of those that have no names of their own.
std::string list_of(const objects_seen& objects);
std::string list_of(const tasks_seen& tasks);

/// The tasks of a snapshot by their ids, to call them by name.
class naming {
 public:
  explicit naming(const runtime_snapshot& in);
  std::string operator()(snapshot_id id) const;
  /// "task 'planner'", "task 0x10 (plan)".
  static std::string name(const task_snapshot& task);
  /// Null where it is not in the snapshot.
  const task_snapshot* find(snapshot_id id) const;
  /// "task 'one', task 'two' and 12 more"
  std::string list(const std::vector<snapshot_id>& ids) const;

 private:
  std::unordered_map<snapshot_id, const task_snapshot*> tasks_;
};

}  // namespace actors::inline v1::detail
