// kind_text: what a text says of many tasks, or channels, that are alike: of the first one all, of the others what
// differs.
#pragma once

#include "snapshot_kinds.hpp"

#include <string>
#include <vector>

namespace actors::inline v1::detail {

/// How each task and channel is told by itself, for the texts that fold them.
inline constexpr const char* how_to_have_all = "ACTORS_DUMP=full tells each one";

void add_task_kinds(const std::vector<task_kind>& kinds, const naming& names, std::string& text);
void add_channel_kinds(const std::vector<channel_kind>& kinds, std::string& text);

}  // namespace actors::inline v1::detail
