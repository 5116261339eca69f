// source_report: what a report says of something that tasks wait for.
#pragma once

#include <actors/detail/code_place.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace actors::inline v1::detail {

/// Filled in while the source may be in use by others: each figure is of some moment in the last instants.
struct source_report {
  static constexpr std::int64_t unknown = -1;

  const char* type = "";  ///< "channel", "mutex"; empty: nothing is known
  const void* address = nullptr;
  std::array<char, 64> name{};  ///< ended by a zero; the beginning of a longer one
  place_ref made_at{};
  std::int64_t size = unknown;
  std::int64_t capacity = unknown;
  std::int64_t senders = unknown;
  std::int64_t receivers = unknown;
  std::int64_t dropped = unknown;  ///< values that there was no room for
  bool closed = false;
  bool unread = false;           ///< in debug mode: nobody received since it was made, or tried to
  const void* holder = nullptr;  ///< of a lock: the address of the party that has it, where that is known

  std::string_view name_text() const noexcept { return name.data(); }
  void set_name(std::string_view text) noexcept {
    const std::size_t length = text.copy(name.data(), name.size() - 1);
    name[length] = '\0';
  }
};

}  // namespace actors::inline v1::detail
