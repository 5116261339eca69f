// id_text: ids as texts, as a debugger writes addresses.
#pragma once

#include <actors/snapshot.hpp>

#include <cstdio>
#include <string>

namespace actors::inline v1::detail {

/// "0x7fe187010080": in JSON too, where some readers have no more than 53 bits for a number.
inline std::string id_text(snapshot_id id) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(id));
  return text;
}

}  // namespace actors::inline v1::detail
